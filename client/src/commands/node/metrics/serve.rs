//! Answers HTTP: `GET /metrics` and `GET /health`, from what is at hand. Nothing here asks the chain, so no answer waits for it.

use hyper::{
	body::{Body, Incoming},
	header::{HeaderValue, ALLOW, CACHE_CONTROL, CONTENT_TYPE},
	server::conn::http1,
	service::service_fn,
	Method, Request, Response, StatusCode,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
	convert::Infallible,
	sync::Arc,
	time::{Duration, Instant},
};
use tokio::{
	net::{TcpListener, TcpStream},
	sync::{watch, Semaphore},
};

/// Connections that are served at a time; more wait.
const CONNECTIONS: usize = 32;
/// How long one may take, from its first byte to its last.
const LIMIT: Duration = Duration::from_secs(10);
/// Bytes of a request's line and headers, and how many of these.
const LONGEST: usize = 16 << 10;
const MOST_HEADERS: usize = 64;
/// Wait after a connection that could not be taken, as when there are too many open files.
const PAUSE: Duration = Duration::from_millis(200);
/// Age of a reading from which on `/health` says that something is wrong.
const STALE: Duration = Duration::from_secs(120);

/// The format of the text.
const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; charset=utf-8";

/// What is at hand.
#[derive(Clone, Debug, Default)]
pub struct Page {
	/// All metrics.
	pub text: String,
	/// Whether the node answered when it was last asked.
	pub is_up: bool,
	/// When the chain was last read.
	pub read_at: Option<Instant>,
}

impl Page {
	/// What is wrong, if something is.
	fn problem(&self, now: Instant) -> Option<String> {
		let Some(read_at) = self.read_at else {
			return Some("the chain has not been read yet".to_owned());
		};
		let age = now.saturating_duration_since(read_at);
		if !self.is_up {
			return Some("the node does not answer".to_owned());
		}
		(age > STALE).then(|| format!("no block for {} s", age.as_secs()))
	}
}

/// Serves until it is dropped.
pub async fn serve(listener: TcpListener, pages: watch::Receiver<Page>) {
	let places = Arc::new(Semaphore::new(CONNECTIONS));
	loop {
		// never closed
		let Ok(place) = places.clone().acquire_owned().await else { return };
		let Ok((stream, _)) = listener.accept().await else {
			tokio::time::sleep(PAUSE).await;
			continue;
		};
		let pages = pages.clone();
		tokio::spawn(async move {
			// whoever is slow, or says nothing that can be understood, is left alone
			let _ = tokio::time::timeout(LIMIT, converse(stream, pages)).await;
			drop(place);
		});
	}
}

/// One request, and its answer.
async fn converse(stream: TcpStream, pages: watch::Receiver<Page>) -> Result<(), hyper::Error> {
	let service = service_fn(move |request: Request<Incoming>| {
		let answer = answer(&request, &pages.borrow(), Instant::now());
		async move { Ok::<_, Infallible>(answer) }
	});
	http1::Builder::new()
		.keep_alive(false)
		.max_headers(MOST_HEADERS)
		.max_buf_size(LONGEST)
		.timer(TokioTimer::new())
		.header_read_timeout(LIMIT)
		.serve_connection(TokioIo::new(stream), service)
		.await
}

fn answer<B: Body>(request: &Request<B>, page: &Page, now: Instant) -> Response<String> {
	let (status, kind, text) = match request.uri().path() {
		"/metrics" | "/health" if request.method() != Method::GET => {
			(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "GET alone is answered\n".to_owned())
		},
		"/metrics" | "/health" if !request.body().is_end_stream() => {
			(StatusCode::PAYLOAD_TOO_LARGE, PLAIN, "a request has no body\n".to_owned())
		},
		"/metrics" => (StatusCode::OK, OPEN_METRICS, page.text.clone()),
		"/health" => match page.problem(now) {
			None => (StatusCode::OK, PLAIN, "ok\n".to_owned()),
			Some(problem) => (StatusCode::SERVICE_UNAVAILABLE, PLAIN, format!("{problem}\n")),
		},
		_ => (StatusCode::NOT_FOUND, PLAIN, "there are /metrics and /health alone\n".to_owned()),
	};
	let mut response = Response::new(text);
	*response.status_mut() = status;
	let headers = response.headers_mut();
	headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
	headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
	if status == StatusCode::METHOD_NOT_ALLOWED {
		headers.insert(ALLOW, HeaderValue::from_static("GET"));
	}
	response
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::net::SocketAddr;
	use tokio::io::{AsyncReadExt, AsyncWriteExt};

	fn page() -> Page {
		Page { text: "a 1\n".to_owned(), is_up: true, read_at: Some(Instant::now()) }
	}

	/// The answer to the bytes of a request.
	async fn says(at: SocketAddr, request: &[u8]) -> String {
		let mut stream = TcpStream::connect(at).await.expect("it listens");
		// it may hang up before it has read all
		let _ = stream.write_all(request).await;
		let mut text = Vec::new();
		let _ = stream.read_to_end(&mut text).await;
		String::from_utf8_lossy(&text).into_owned()
	}

	/// A server that holds a page, and its address.
	async fn server(page: Page) -> (SocketAddr, watch::Sender<Page>) {
		let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
		let at = listener.local_addr().expect("an address");
		let (tell, told) = watch::channel(page);
		tokio::spawn(serve(listener, told));
		(at, tell)
	}

	#[tokio::test]
	async fn metrics_and_health_alone_are_answered() {
		let (at, _tell) = server(page()).await;
		let get = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: a\r\n\r\n");
		let metrics = says(at, get("/metrics").as_bytes()).await;
		assert!(metrics.starts_with("HTTP/1.1 200 OK\r\n"), "{metrics}");
		assert!(metrics.contains(&format!("content-type: {OPEN_METRICS}\r\n")), "{metrics}");
		assert!(metrics.ends_with("\r\n\r\na 1\n"), "{metrics}");
		assert!(says(at, get("/health").as_bytes()).await.ends_with("\r\n\r\nok\n"));
		for path in ["/", "/metrics/", "/health/x", "/METRICS", "/../metrics"] {
			let answer = says(at, get(path).as_bytes()).await;
			assert!(answer.starts_with("HTTP/1.1 404 "), "{path}: {answer}");
		}
		// what stands behind the path is not looked at
		assert!(says(at, get("/metrics?a=b").as_bytes()).await.starts_with("HTTP/1.1 200 "));
		for method in ["POST", "PUT", "DELETE", "HEAD", "OPTIONS"] {
			let request = format!("{method} /metrics HTTP/1.1\r\nHost: a\r\n\r\n");
			let answer = says(at, request.as_bytes()).await;
			assert!(answer.starts_with("HTTP/1.1 405 "), "{method}: {answer}");
			assert!(answer.contains("allow: GET\r\n"), "{method}: {answer}");
		}
	}

	#[tokio::test]
	async fn a_request_of_too_many_bytes_is_refused() {
		let (at, _tell) = server(page()).await;
		let long =
			format!("GET /metrics HTTP/1.1\r\nHost: a\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
		let many = format!("GET /metrics HTTP/1.1\r\nHost: a\r\n{}\r\n", "X: x\r\n".repeat(200));
		let body = "GET /metrics HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n".to_owned();
		for (request, what) in [(long, "long"), (many, "many"), (body, "body")] {
			let answer = says(at, request.as_bytes()).await;
			assert!(!answer.contains("a 1\n"), "{what}: {answer}");
		}
		let junk = says(at, b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n").await;
		assert!(!junk.contains("a 1\n"), "{junk}");
		// and the next one is served
		let next = says(at, b"GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n").await;
		assert!(next.ends_with("a 1\n"), "{next}");
	}

	#[tokio::test]
	async fn who_says_nothing_keeps_nobody_waiting() {
		let (at, tell) = server(page()).await;
		let mut silent = Vec::new();
		for _ in 0..CONNECTIONS - 1 {
			silent.push(TcpStream::connect(at).await.expect("it listens"));
		}
		tell.send_modify(|page| page.text = "b 2\n".to_owned());
		let answer = says(at, b"GET /metrics HTTP/1.0\r\n\r\n").await;
		assert!(answer.ends_with("b 2\n"), "{answer}");
	}

	#[test]
	fn an_old_reading_is_not_healthy() {
		let now = Instant::now();
		let of = |is_up, read_at| Page { is_up, read_at, ..page() };
		let later = now + STALE;
		assert_eq!(of(true, Some(now)).problem(later), None);
		let problem = of(true, Some(now)).problem(later + Duration::from_secs(5));
		assert_eq!(problem.as_deref(), Some("no block for 125 s"));
		let problem = of(false, Some(now)).problem(now);
		assert_eq!(problem.as_deref(), Some("the node does not answer"));
		assert!(of(false, None).problem(now).is_some_and(|problem| problem.contains("not been")));
		let request = Request::get("/health").body(String::new()).expect("a request");
		let answer = answer(&request, &of(false, Some(now)), now);
		assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
	}
}
