//! The address that each event is sent to: a POST with the event's line as JSON. What it answers is not read, only its status.
//!
//! The address may hold a token, so errors name its host alone.

use crate::{error::Error, output::Notes};
use hyper::{
	header::{CONTENT_TYPE, USER_AGENT},
	Request, StatusCode, Uri,
};
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::{
	client::legacy::{connect::HttpConnector, Client},
	rt::TokioExecutor,
};
use ostraka_party::escape::escaped;
use std::time::Duration;
use subxt::rpcs::utils::url_is_secure;
use tokio::time::{sleep, timeout_at, Instant};

/// How long an event may take to get there, all attempts counted.
const LIMIT: Duration = Duration::from_secs(60);
/// Wait between two attempts, which grows.
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(10);

/// An address, and what its failure means.
pub struct Webhook {
	uri: Uri,
	/// Scheme and host.
	place: String,
	client: Sender,
	keep_going: bool,
	limit: Duration,
}

enum Sender {
	Plain(Client<HttpConnector, String>),
	Encrypted(Client<HttpsConnector<HttpConnector>, String>),
}

/// Why an event did not get there.
enum Why {
	/// It may, if it is sent again.
	Now(String),
	/// It never will.
	Ever(String),
}

impl Webhook {
	/// An address: `https`, or `http` on this machine; on others if plain connections are allowed.
	///
	/// # Errors
	/// `Usage`.
	pub fn new(url: &str, keep_going: bool, is_plain_allowed: bool) -> Result<Self, Error> {
		let wrong = |what: &str| Error::Usage(format!("--webhook: {what}"));
		let uri: Uri = url.trim().parse().map_err(|_| wrong("this is not an address"))?;
		let (scheme, host) = (uri.scheme_str().unwrap_or_default(), uri.host().unwrap_or_default());
		let is_web = scheme == "http" || scheme == "https";
		if !is_web || host.is_empty() {
			return Err(wrong("give https://HOST/PATH, or http:// on this machine"));
		}
		let place = escaped(&format!("{scheme}://{host}")).into_owned();
		if !is_plain_allowed && !url_is_secure(url.trim()).unwrap_or(false) {
			return Err(wrong(&format!(
				"{place} is another machine, and who is on the way there could read what is sent, the address with it\n  give \
				 https://, or set OSTRAKA_ALLOW_PLAIN=1 where the way is safe"
			)));
		}
		let builder = Client::builder(TokioExecutor::new());
		let client = if scheme == "http" {
			Sender::Plain(builder.build(HttpConnector::new()))
		} else {
			let roots = HttpsConnectorBuilder::new().with_native_roots().map_err(|error| {
				wrong(&format!("this machine's root certificates cannot be read: {error}"))
			})?;
			Sender::Encrypted(builder.build(roots.https_only().enable_http1().build()))
		};
		Ok(Self { uri, place, client, keep_going, limit: LIMIT })
	}

	/// Sends a line, again and again while that may help, until it is taken.
	///
	/// # Errors
	/// `Failed` if it is not, unless the next event is to be told all the same.
	pub async fn call(&self, line: &str, title: &str, notes: &Notes) -> Result<(), Error> {
		let Err(why) = self.deliver(line).await else { return Ok(()) };
		let what = format!("{} {why}, for {title}", self.place);
		if self.keep_going {
			notes.say(format!("{what}; the next event is told"));
			return Ok(());
		}
		Err(Error::Failed(format!("{what}\n  --from with that block tells its events again")))
	}

	async fn deliver(&self, line: &str) -> Result<(), String> {
		let until = Instant::now() + self.limit;
		let mut wait = FIRST_WAIT;
		loop {
			let why = match timeout_at(until, self.post(line)).await {
				Ok(Ok(())) => return Ok(()),
				Ok(Err(Why::Ever(why))) => return Err(why),
				Ok(Err(Why::Now(why))) => why,
				Err(_) => return Err(format!("gave no answer in {} s", self.limit.as_secs())),
			};
			tracing::debug!(place = self.place, why, "the web hook does not take it");
			if Instant::now() + wait >= until {
				return Err(why);
			}
			sleep(wait).await;
			wait = (wait * 2).min(LONGEST_WAIT);
		}
	}

	async fn post(&self, line: &str) -> Result<(), Why> {
		let request = Request::post(self.uri.clone())
			.header(CONTENT_TYPE, "application/json")
			.header(USER_AGENT, concat!("ostraka/", env!("CARGO_PKG_VERSION")))
			.body(line.to_owned())
			.map_err(|error| Why::Ever(format!("cannot be asked ({error})")))?;
		let answer = match &self.client {
			Sender::Plain(client) => client.request(request).await,
			Sender::Encrypted(client) => client.request(request).await,
		};
		let answer = answer.map_err(|error| {
			let cause = std::error::Error::source(&error).map(ToString::to_string);
			Why::Now(format!("cannot be reached ({})", cause.unwrap_or(error.to_string())))
		})?;
		let status = answer.status();
		let said = || format!("answers {}", status.as_u16());
		match status {
			_ if status.is_success() => Ok(()),
			StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS => Err(Why::Now(said())),
			_ if status.is_server_error() => Err(Why::Now(said())),
			_ => Err(Why::Ever(said())),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tokio::{
		io::{AsyncReadExt, AsyncWriteExt},
		net::TcpListener,
		task::JoinHandle,
	};

	/// A server that answers with these codes, one a connection; gives its address, and what it was sent.
	async fn server(codes: &'static [u16]) -> (String, JoinHandle<Vec<String>>) {
		let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
		let url = format!("http://{}/hook?token=s3cret", listener.local_addr().expect("bound"));
		let requests = tokio::spawn(async move {
			let mut requests = Vec::new();
			for code in codes {
				let (mut stream, _) = listener.accept().await.expect("a connection");
				let mut request = Vec::new();
				while !request.ends_with(b"}\n") {
					stream.read_buf(&mut request).await.expect("a request");
				}
				requests.push(String::from_utf8(request).expect("text"));
				let answer =
					format!("HTTP/1.1 {code} X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
				stream.write_all(answer.as_bytes()).await.expect("it is read");
			}
			requests
		});
		(url, requests)
	}

	async fn call(hook: &Webhook) -> Result<(), String> {
		let called = hook.call("{\"block\":3}\n", "Tasks.X in block 3", &Notes::none()).await;
		called.map_err(|error| error.to_string())
	}

	#[tokio::test]
	async fn an_event_is_posted_until_it_is_taken() {
		let (url, requests) = server(&[503, 429, 204]).await;
		call(&Webhook::new(&url, false, false).expect("an address")).await.expect("it is taken");
		let requests = requests.await.expect("it ends");
		assert_eq!(requests.len(), 3);
		for request in requests {
			assert!(request.starts_with("POST /hook?token=s3cret HTTP/1.1\r\n"), "{request}");
			assert!(request.contains("content-type: application/json\r\n"), "{request}");
			assert!(request.ends_with("\r\n\r\n{\"block\":3}\n"), "{request}");
		}
	}

	#[tokio::test]
	async fn a_refusal_ends_it_unless_it_is_to_go_on() {
		let (url, _requests) = server(&[410, 410]).await;
		let hook = Webhook::new(&url, false, false).expect("an address");
		let said = call(&hook).await.expect_err("it is refused");
		assert!(said.starts_with("http://127.0.0.1 answers 410, for Tasks.X in block 3"), "{said}");
		assert!(!said.contains("s3cret"), "{said}");
		let hook = Webhook::new(&url, true, false).expect("an address");
		call(&hook).await.expect("it goes on");
	}

	#[tokio::test]
	async fn nobody_and_silence_have_their_time() {
		let mut hook = Webhook::new("http://127.0.0.1:1/", false, false).expect("an address");
		hook.limit = Duration::from_millis(100);
		assert!(call(&hook).await.expect_err("nobody listens").contains("cannot be reached"));
		let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
		let url = format!("http://{}/", listener.local_addr().expect("bound"));
		let mut hook = Webhook::new(&url, false, false).expect("an address");
		hook.limit = Duration::from_millis(100);
		assert!(call(&hook).await.expect_err("it is silent").contains("gave no answer"));
	}

	#[test]
	fn an_address_is_safe_or_on_this_machine() {
		for (url, part) in [
			("", "not an address"),
			("nonsense", "give https://"),
			("ftp://a/b", "give https://"),
			("http://example.org/s3cret", "http://example.org is another machine"),
		] {
			let said = Webhook::new(url, false, false).err().map(|error| error.to_string());
			let said = said.unwrap_or_else(|| panic!("{url} is one"));
			assert!(said.contains(part) && !said.contains("s3cret"), "{said}");
		}
		assert!(Webhook::new("http://example.org/", false, true).is_ok());
		assert!(Webhook::new("http://localhost:9/", false, false).is_ok());
	}
}
