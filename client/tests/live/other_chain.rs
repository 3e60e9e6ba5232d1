//! Servers that a tool may be pointed at by mistake.

use jsonrpsee::{
	core::{client::ClientT, params::ArrayParams},
	server::{RpcModule, Server, ServerHandle},
	types::ErrorObjectOwned,
	ws_client::{WsClient, WsClientBuilder},
};
use serde_json::Value;
use std::{
	net::TcpListener,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	thread::JoinHandle,
};
use tokio::runtime::Runtime;

/// What a connection to a node is made of; see `chain` and `link` of the library.
const FORWARDED: [&str; 5] = [
	"chain_getBlockHash",
	"chain_getHeader",
	"state_call",
	"state_getRuntimeVersion",
	"system_properties",
];

/// A thread that closes every connection.
pub struct Closing {
	url: std::net::SocketAddr,
	ends: Arc<AtomicBool>,
	thread: JoinHandle<()>,
}

/// Takes connections and closes each at once.
pub fn refuses_connections(listener: TcpListener) -> Closing {
	let url = listener.local_addr().expect("its address");
	let ends = Arc::new(AtomicBool::new(false));
	let until = ends.clone();
	let thread = std::thread::spawn(move || {
		for connection in listener.incoming() {
			drop(connection);
			if until.load(Ordering::SeqCst) {
				return;
			}
		}
	});
	Closing { url, ends, thread }
}

impl Closing {
	pub fn stop(self) {
		self.ends.store(true, Ordering::SeqCst);
		std::net::TcpStream::connect(self.url).expect("it listens");
		self.thread.join().expect("it ends");
	}
}

/// A server with a runtime of its own, which ends with it.
struct Serving {
	url: String,
	_handle: ServerHandle,
	_runtime: Runtime,
}

impl Serving {
	fn start<C: Send + Sync + 'static>(runtime: Runtime, module: RpcModule<C>) -> Self {
		let (handle, address) = runtime.block_on(async {
			let server = Server::builder().build("127.0.0.1:0").await.expect("a free port");
			let address = server.local_addr().expect("its address");
			(server.start(module), address)
		});
		Self { url: format!("ws://{address}"), _handle: handle, _runtime: runtime }
	}
}

fn runtime() -> Runtime {
	tokio::runtime::Builder::new_multi_thread()
		.worker_threads(1)
		.enable_all()
		.build()
		.expect("a runtime")
}

/// A JSON-RPC server that is no node.
pub struct NoNode(Serving);

impl NoNode {
	pub fn start() -> Self {
		let mut module = RpcModule::new(());
		module.register_method("greet", |_, _, _| "hello").expect("a new name");
		Self(Serving::start(runtime(), module))
	}

	pub fn url(&self) -> &str {
		&self.0.url
	}
}

/// A node whose metadata has another word in one place: it passes everything on to a real one.
pub struct Patched(Serving);

struct Behind {
	client: WsClient,
	from: String,
	to: String,
}

impl Patched {
	/// Passes on to `url`; where the answer has `from`, it gets `to`, of the same length.
	pub fn start(url: &str, from: &str, to: &str) -> Self {
		assert_eq!(from.len(), to.len());
		let runtime = runtime();
		let client =
			runtime.block_on(WsClientBuilder::default().build(url)).expect("the node answers");
		let behind = Behind { client, from: hex::encode(from), to: hex::encode(to) };
		let mut module = RpcModule::new(behind);
		for method in FORWARDED {
			module
				.register_async_method(method, move |parameters, behind, _| async move {
					let given: Vec<Value> = parameters.parse().unwrap_or_default();
					let mut list = ArrayParams::new();
					for parameter in given {
						list.insert(parameter).expect("JSON again");
					}
					let answer: Value =
						behind.client.request(method, list).await.map_err(|error| {
							ErrorObjectOwned::owned(1, error.to_string(), None::<()>)
						})?;
					Ok::<_, ErrorObjectOwned>(match answer {
						Value::String(text) => {
							Value::String(text.replace(&behind.from, &behind.to))
						},
						other => other,
					})
				})
				.expect("a new name");
		}
		Self(Serving::start(runtime, module))
	}

	pub fn url(&self) -> &str {
		&self.0.url
	}
}
