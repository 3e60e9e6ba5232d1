//! The connection to a node. A request over a lost connection is asked again over a new one, until the patience
//! runs out; so nothing above this module has to know that a connection was lost.

use super::ChainError;
use std::{
	future::Future,
	time::{Duration, Instant},
};
use subxt::{
	config::{RpcConfigFor, SubstrateConfig},
	rpcs::{
		client::RpcParams, utils::url_is_secure, Error as RpcError, LegacyRpcMethods, RpcClient,
	},
};
use tokio::sync::{watch, RwLock};

/// A node's RPC methods.
pub type Rpc = LegacyRpcMethods<RpcConfigFor<SubstrateConfig>>;

/// How long the first connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// How long one request may take at its first attempt; at the next twice as long, and so on.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(20);
/// How long a lost connection is waited for.
pub const PATIENCE: Duration = Duration::from_secs(120);
/// Wait between two attempts, which grows.
const FIRST_WAIT: Duration = Duration::from_millis(200);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// If this variable is 1, plain connections to other machines are made.
const ALLOW_PLAIN: &str = "OSTRAKA_ALLOW_PLAIN";

/// A connection that comes back.
pub struct Link {
	url: String,
	/// Counts the connections made, so that of many who find one lost only one makes a new one.
	client: RwLock<(u64, RpcClient)>,
	patience: Duration,
	/// Whether requests fail at present.
	lost: watch::Sender<bool>,
}

impl Link {
	/// Connects.
	///
	/// # Errors
	/// `NoConnection`; `Plain` if others could listen and answer in the node's place.
	pub async fn open(url: &str, patience: Duration) -> Result<Self, ChainError> {
		let client = connect(url).await?;
		Ok(Self {
			url: url.to_owned(),
			client: RwLock::new((0, client)),
			patience,
			lost: watch::Sender::new(false),
		})
	}

	/// Where the node is.
	pub fn url(&self) -> &str {
		&self.url
	}

	/// Asks, and asks again over a new connection if the present one is lost.
	///
	/// # Errors
	/// `Rpc` if the node refuses, `Unreadable`, `Gone`.
	pub async fn ask<T, F>(&self, request: impl Fn(Rpc) -> F) -> Result<T, ChainError>
	where
		F: Future<Output = Result<T, RpcError>>,
	{
		self.attempt(|client| request(Rpc::new(client))).await
	}

	async fn attempt<T, F>(&self, request: impl Fn(RpcClient) -> F) -> Result<T, ChainError>
	where
		F: Future<Output = Result<T, RpcError>>,
	{
		let mut failing: Option<Instant> = None;
		let mut wait = FIRST_WAIT;
		let mut attempt = 1;
		loop {
			let (generation, client) = self.client.read().await.clone();
			let began = Instant::now();
			match tokio::time::timeout(REQUEST_TIMEOUT * attempt, request(client)).await {
				Ok(Ok(answer)) => {
					tracing::trace!(took = ?began.elapsed(), "a request is answered");
					if failing.is_some() {
						self.lost.send_if_modified(std::mem::take);
					}
					return Ok(answer);
				},
				Ok(Err(error)) => {
					tracing::debug!(url = self.url, attempt, %error, "a request failed");
					if let Some(error) = lasting(error) {
						return Err(error);
					}
				},
				// a connection that is silent for so long is lost
				Err(_) => {
					tracing::debug!(url = self.url, attempt, "a request has no answer");
				},
			}
			if failing.get_or_insert_with(Instant::now).elapsed() >= self.patience {
				let seconds = self.patience.as_secs();
				return Err(ChainError::Gone { url: self.url.clone(), seconds });
			}
			self.lost.send_if_modified(|lost| !std::mem::replace(lost, true));
			attempt += 1;
			tokio::time::sleep(wait).await;
			wait = (wait * 2).min(LONGEST_WAIT);
			self.renew(generation).await;
		}
	}

	/// A request that [`Rpc`] has no method for; `parameters` is what becomes the JSON list of its parameters.
	///
	/// # Errors
	/// As [`Self::ask`].
	pub async fn request<T: serde::de::DeserializeOwned>(
		&self,
		method: &str,
		parameters: &(impl serde::Serialize + Sync),
	) -> Result<T, ChainError> {
		let unreadable =
			|error: serde_json::Error| ChainError::Unreadable(format!("{method}: {error}"));
		let list = serde_json::to_value(parameters).map_err(unreadable)?;
		self.attempt(|client| {
			let list = list.clone();
			async move {
				let mut parameters = RpcParams::new();
				for parameter in list.as_array().into_iter().flatten() {
					parameters.push(parameter)?;
				}
				client.request(method, parameters).await
			}
		})
		.await
	}

	/// Makes a new connection in place of the one of that generation, if nobody has yet. If it fails, the next round of
	/// [`Self::ask`] tries again.
	async fn renew(&self, generation: u64) {
		let mut present = self.client.write().await;
		if present.0 == generation {
			if let Ok(client) = connect(&self.url).await {
				*present = (generation + 1, client);
			}
		}
	}

	/// Whether the connection is lost and being made again.
	pub fn lost(&self) -> watch::Receiver<bool> {
		self.lost.subscribe()
	}

	/// Number of connections made after the first.
	pub async fn generation(&self) -> u64 {
		self.client.read().await.0
	}
}

/// Whether the environment allows plain connections to other machines.
pub fn is_plain_allowed() -> bool {
	std::env::var_os(ALLOW_PLAIN).is_some_and(|value| value == "1")
}

/// Refuses what is neither encrypted nor on this machine, unless it is allowed.
fn check_safe(url: &str, is_plain_allowed: bool) -> Result<(), ChainError> {
	match url_is_secure(url) {
		Ok(false) if is_any_address(url) => Ok(()),
		Ok(false) if !is_plain_allowed => Err(ChainError::Plain { url: url.to_owned() }),
		// what is no address connects to nothing, and the error says so
		_ => Ok(()),
	}
}

/// Whether an address names every address of this machine, as a node prints where it listens: a connection to it stays on
/// this machine.
fn is_any_address(url: &str) -> bool {
	let Some((_, rest)) = url.trim().split_once("://") else { return false };
	let authority = rest.split(['/', '?', '#', '\\']).next().unwrap_or_default();
	let host = match authority.rsplit_once(':') {
		Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
		_ => authority,
	};
	matches!(host, "0.0.0.0" | "[::]")
}

async fn connect(url: &str) -> Result<RpcClient, ChainError> {
	check_safe(url, is_plain_allowed())?;
	let failed = |reason: String| ChainError::NoConnection { url: url.to_owned(), reason };
	tracing::debug!(url, "connects");
	match tokio::time::timeout(CONNECT_TIMEOUT, RpcClient::from_insecure_url(url)).await {
		Ok(Ok(client)) => Ok(client),
		Ok(Err(error)) => Err(failed(reason(&error))),
		Err(_) => Err(failed(format!("no answer within {} s", CONNECT_TIMEOUT.as_secs()))),
	}
}

/// What the system says, without the names of the layers that passed it on.
fn reason(error: &RpcError) -> String {
	let text = error.to_string();
	let layers = ["RPC error: ", "client error: ", "Error when opening the TCP socket: "];
	let mut rest = text.as_str();
	while let Some(shorter) = layers.iter().find_map(|layer| rest.strip_prefix(layer)) {
		rest = shorter;
	}
	rest.to_owned()
}

/// The error if asking again over a new connection would not help.
fn lasting(error: RpcError) -> Option<ChainError> {
	match error {
		RpcError::User(error) => {
			let data =
				error.data.as_ref().map(|data| format!(" ({})", data.get().trim_matches('"')));
			Some(ChainError::Rpc(format!("{}{}", error.message, data.unwrap_or_default())))
		},
		RpcError::Client(_) | RpcError::DisconnectedWillReconnect(_) => None,
		other => Some(ChainError::Unreadable(other.to_string())),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_plain_connection_stays_on_this_machine() {
		for url in [
			"ws://127.0.0.1:9944",
			"ws://127.1.2.3",
			"ws://[::1]:9944/path",
			"ws://localhost:9944",
			"ws://0.0.0.0:9944",
			"ws://0.0.0.0",
			"ws://[::]:9944/path",
			"wss://rpc.example.org",
			"wss://192.0.2.1:443",
		] {
			check_safe(url, false).expect(url);
		}
		for url in [
			"ws://rpc.example.org:9944",
			"ws://192.0.2.1:9944",
			"ws://10.0.0.1",
			"ws://[2001:db8::1]:9944",
			"ws://localhost.example.org",
			"ws://127.0.0.1.example.org",
			"ws://127.0.0.1@example.org",
			"ws://localhost:9944@example.org",
			"ws://example.org\\@127.0.0.1",
			"WS://EXAMPLE.ORG",
			"ws://0.0.0.0:9944@example.org",
			"ws://0.0.0.0@example.org",
			"ws://0.0.0.0.example.org",
			"ws://0.0.0.1:9944",
			"ws://[::2]:9944",
		] {
			let error = check_safe(url, false).expect_err(url);
			let text = error.to_string();
			for part in [url, "committee", "wss://", "ssh", "OSTRAKA_ALLOW_PLAIN=1"] {
				assert!(text.contains(part), "`{text}` does not say `{part}`");
			}
			check_safe(url, true).expect(url);
		}
	}
}
