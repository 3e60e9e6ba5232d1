//! What stands between a collator and the relay chain's RPC. It passes everything on; told to, it leaves the seed of draws out of
//! what the collator asks to be proven of the relay chain's state. So an honest program plays a collator that is not: the proof
//! that its block carries lacks that key, and nothing else.

use anyhow::{Context, Result};
use futures::{SinkExt, StreamExt};
use serde_json::Value;
use sp_crypto_hashing::twox_128;
use std::{
	sync::{
		atomic::{AtomicBool, AtomicU32, Ordering},
		Arc,
	},
	time::{Duration, Instant},
};
use tokio::{
	net::{TcpListener, TcpStream},
	task::{JoinHandle, JoinSet},
};
use tokio_tungstenite::{
	accept_async_with_config, client_async_with_config,
	tungstenite::{protocol::WebSocketConfig, Message},
};

/// Where all of it listens.
const HOST: &str = "127.0.0.1";
/// The request for a proof of keys of the relay chain's state: these first, then the block.
const PROVE: &str = "state_getReadProof";
/// How long a relay chain that is not up yet is waited for: about as long as a collator waits for its connection.
const PATIENCE: Duration = Duration::from_secs(10);
/// Between two tries to reach it.
const PAUSE: Duration = Duration::from_millis(200);

/// A proxy for one collator. It ends when it is dropped.
pub struct Proxy {
	url: String,
	book: Arc<Book>,
	task: JoinHandle<()>,
}

/// What it is to do, and has done.
struct Book {
	/// The key in whose value the seed of draws is: `Babe.AuthorVrfRandomness`, in hexadecimal.
	key: String,
	withholds: AtomicBool,
	asked: AtomicU32,
	withheld: AtomicU32,
}

impl Proxy {
	/// Stands before the RPC at this port, which need not be there yet.
	///
	/// # Errors
	/// If no port is free.
	pub async fn start(relay: u16) -> Result<Self> {
		let listener = TcpListener::bind((HOST, 0)).await.context("no port for a proxy")?;
		let url = format!("ws://{}", listener.local_addr()?);
		let book = Arc::new(Book::new());
		let task = tokio::spawn(serve(listener, relay, book.clone()));
		Ok(Self { url, book, task })
	}

	/// Its RPC.
	pub fn url(&self) -> &str {
		&self.url
	}

	/// Leaves the seed out from now on, or no longer does.
	pub fn withhold(&self, withholds: bool) {
		self.book.withholds.store(withholds, Ordering::SeqCst);
	}

	/// How often the collator asked for a proof with the seed: once a block that it tries to make.
	pub fn asked(&self) -> u32 {
		self.book.asked.load(Ordering::SeqCst)
	}

	/// How often it got one without.
	pub fn withheld(&self) -> u32 {
		self.book.withheld.load(Ordering::SeqCst)
	}
}

impl Drop for Proxy {
	fn drop(&mut self) {
		self.task.abort();
	}
}

impl Book {
	fn new() -> Self {
		let key = [twox_128(b"Babe"), twox_128(b"AuthorVrfRandomness")].concat();
		Self {
			key: format!("0x{}", hex::encode(key)),
			withholds: AtomicBool::new(false),
			asked: AtomicU32::new(0),
			withheld: AtomicU32::new(0),
		}
	}

	/// What goes on in place of what the collator says; `None` if that goes on as it is.
	fn instead(&self, text: &str) -> Option<String> {
		let less = without(text, &self.key)?;
		self.asked.fetch_add(1, Ordering::SeqCst);
		if !self.withholds.load(Ordering::SeqCst) {
			return None;
		}
		self.withheld.fetch_add(1, Ordering::SeqCst);
		Some(less)
	}
}

/// A request for a proof without this key; `None` if it is no such request, or does not ask for the key.
fn without(text: &str, key: &str) -> Option<String> {
	if !text.contains(PROVE) {
		return None;
	}
	let mut request: Value = serde_json::from_str(text).ok()?;
	if request.get("method")?.as_str()? != PROVE {
		return None;
	}
	let keys = request.get_mut("params")?.get_mut(0)?.as_array_mut()?;
	let before = keys.len();
	keys.retain(|asked| asked.as_str() != Some(key));
	(keys.len() < before).then(|| request.to_string())
}

/// Takes connections, as many as there come. They end with it.
async fn serve(listener: TcpListener, relay: u16, book: Arc<Book>) {
	let mut connections = JoinSet::new();
	while let Ok((collator, _)) = listener.accept().await {
		let book = book.clone();
		connections.spawn(async move {
			// a collator whose connection is lost makes another one
			if let Err(error) = pass(collator, relay, &book).await {
				eprintln!("a collator's connection to the relay chain ended: {error:#}");
			}
		});
	}
}

/// A connection to the relay chain's RPC.
async fn reach(port: u16) -> Result<TcpStream> {
	let began = Instant::now();
	loop {
		match TcpStream::connect((HOST, port)).await {
			Ok(stream) => return Ok(stream),
			Err(error) if began.elapsed() > PATIENCE => return Err(error.into()),
			Err(_) => tokio::time::sleep(PAUSE).await,
		}
	}
}

/// Passes on what both sides say, until one of them has nothing more to say.
async fn pass(collator: TcpStream, relay: u16, book: &Book) -> Result<()> {
	// a runtime or a proof is long
	let config = WebSocketConfig::default().max_message_size(None).max_frame_size(None);
	let stream = reach(relay).await?;
	for stream in [&collator, &stream] {
		stream.set_nodelay(true)?;
	}
	let url = format!("ws://{HOST}:{relay}");
	let (relay, _) = client_async_with_config(url, stream, Some(config)).await?;
	let collator = accept_async_with_config(collator, Some(config)).await?;
	let (mut to_relay, mut from_relay) = relay.split();
	let (mut to_collator, mut from_collator) = collator.split();
	let asks = async {
		while let Some(message) = from_collator.next().await {
			match message? {
				Message::Text(text) => {
					let instead = book.instead(text.as_str()).map(Message::text);
					to_relay.send(instead.unwrap_or(Message::Text(text))).await?;
				},
				Message::Binary(bytes) => to_relay.send(Message::Binary(bytes)).await?,
				// pings are answered on the way, and the end of the stream follows a close
				_ => {},
			}
		}
		Ok::<_, anyhow::Error>(())
	};
	let answers = async {
		while let Some(message) = from_relay.next().await {
			let message = message?;
			if matches!(message, Message::Text(_) | Message::Binary(_)) {
				to_collator.send(message).await?;
			}
		}
		Ok::<_, anyhow::Error>(())
	};
	tokio::select! {
		ended = asks => ended,
		ended = answers => ended,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// As `well_known_keys::CURRENT_BLOCK_RANDOMNESS` of the relay chain has it.
	const SEED: &str = "0x1cb6f36e027abb2091cfb5110ab5087fd077dfdb8adb10f78f10a5df8742c545";

	fn request(method: &str, keys: &[&str]) -> String {
		let params = serde_json::json!([keys, "0x07"]);
		serde_json::json!({ "jsonrpc": "2.0", "id": 7, "method": method, "params": params })
			.to_string()
	}

	#[test]
	fn only_the_seed_is_left_out_and_only_when_told_to() {
		let book = Book::new();
		assert_eq!(book.key, SEED);
		let whole = request(PROVE, &["0x01", SEED, "0x02"]);
		assert_eq!(book.instead(&whole), None);
		book.withholds.store(true, Ordering::SeqCst);
		let less = book.instead(&whole).expect("the key is asked for");
		let less: Value = serde_json::from_str(&less).expect("a request");
		let expected: Value =
			serde_json::from_str(&request(PROVE, &["0x01", "0x02"])).expect("a request");
		assert_eq!(less, expected);
		let counts = [&book.asked, &book.withheld].map(|count| count.load(Ordering::SeqCst));
		assert_eq!(counts, [2, 1]);
	}

	#[test]
	fn everything_else_passes_as_it_is() {
		let book = Book::new();
		book.withholds.store(true, Ordering::SeqCst);
		for text in [
			request(PROVE, &["0x01"]),
			request("state_getStorage", &[SEED]),
			// the name of the method, but not as one
			request("state_getKeys", &[SEED, PROVE]),
			format!("[{}]", request(PROVE, &[SEED])),
			PROVE.to_owned(),
		] {
			assert_eq!(book.instead(&text), None, "{text}");
		}
		assert_eq!(book.asked.load(Ordering::SeqCst), 0);
	}
}
