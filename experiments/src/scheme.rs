//! What a scheme for joint sums is to the experiments: a client that uploads a vector, and servers that add up.

use anyhow::Result;
use rustix::time::{clock_gettime, ClockId};
use std::time::Duration;

/// A way to add up vectors of many users without seeing one.
pub trait Scheme {
	/// What one user sends.
	type Upload;

	/// Makes what is agreed before the clock starts: keys with every user, for instance.
	fn prepare(&mut self, _users: usize) -> Result<()> {
		Ok(())
	}

	/// The client of one user. All of it is timed.
	fn upload(&mut self, user: usize, input: &[u64]) -> Result<Self::Upload>;

	/// Bytes of an upload on the wire.
	fn bytes(&self, upload: &Self::Upload) -> usize;

	/// The servers, from uploads to the sum in the clear.
	fn aggregate(&mut self, uploads: &[Self::Upload]) -> Result<Outcome>;
}

/// What the servers computed, and what it took them.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
	/// The joint sum.
	pub sum: Vec<u64>,
	/// Work of all servers together, one thread each.
	pub server: Duration,
	/// Work of the busiest single server.
	pub node: Duration,
}

/// Measures work: the processor's time on this thread, so that what else the machine does counts as little as can be.
/// A reading takes a third of a microsecond.
pub struct Stopwatch(Duration);

impl Stopwatch {
	/// Starts.
	pub fn start() -> Self {
		Self(Self::now())
	}

	/// Work since the start.
	pub fn elapsed(&self) -> Duration {
		Self::now().saturating_sub(self.0)
	}

	fn now() -> Duration {
		let time = clock_gettime(ClockId::ThreadCPUTime);
		Duration::new(time.tv_sec.unsigned_abs(), time.tv_nsec as u32)
	}
}

/// Adds up the work of several servers.
#[derive(Default)]
pub struct Clock(Vec<Duration>);

impl Clock {
	/// Runs `work` on the account of server `server`.
	pub fn time<T>(&mut self, server: usize, work: impl FnOnce() -> T) -> T {
		if self.0.len() <= server {
			self.0.resize(server + 1, Duration::ZERO);
		}
		let start = Stopwatch::start();
		let result = work();
		self.0[server] += start.elapsed();
		result
	}

	/// Work of all servers.
	pub fn total(&self) -> Duration {
		self.0.iter().sum()
	}

	/// Work of the busiest of the servers from `first` on.
	pub fn busiest(&self, first: usize) -> Duration {
		self.0.iter().skip(first).max().copied().unwrap_or_default()
	}
}

/// The sum that must come out.
pub fn plain_sum(inputs: &[Vec<u64>]) -> Vec<u64> {
	let length = inputs.first().map_or(0, Vec::len);
	(0..length).map(|place| inputs.iter().map(|input| input[place]).sum()).collect()
}
