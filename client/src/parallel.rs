//! Work spread over the machine's cores.

use std::{
	num::NonZeroUsize,
	sync::{
		atomic::{AtomicUsize, Ordering},
		Mutex, PoisonError,
	},
};

/// Maps items on as many threads as there are cores; results in the items' order. `done` is called after each item,
/// from any thread.
pub fn map<T: Sync, R: Send>(
	items: &[T],
	work: impl Fn(usize, &T) -> R + Sync,
	done: impl Fn() + Sync,
) -> Vec<R> {
	let threads =
		std::thread::available_parallelism().map_or(1, NonZeroUsize::get).min(items.len().max(1));
	let next = AtomicUsize::new(0);
	let results: Mutex<Vec<(usize, R)>> = Mutex::new(Vec::with_capacity(items.len()));
	std::thread::scope(|scope| {
		for _ in 0..threads {
			scope.spawn(|| loop {
				let place = next.fetch_add(1, Ordering::Relaxed);
				let Some(item) = items.get(place) else { break };
				let result = work(place, item);
				results.lock().unwrap_or_else(PoisonError::into_inner).push((place, result));
				done();
			});
		}
	});
	let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
	results.sort_by_key(|(place, _)| *place);
	results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn keeps_the_order_and_counts() {
		let items: Vec<u64> = (0..1000).collect();
		let count = AtomicUsize::new(0);
		let doubled = map(
			&items,
			|place, item| item * 2 + place as u64,
			|| {
				count.fetch_add(1, Ordering::Relaxed);
			},
		);
		assert_eq!(doubled, items.iter().map(|item| item * 3).collect::<Vec<_>>());
		assert_eq!(count.into_inner(), 1000);
		assert!(map(&[] as &[u8], |_, _| (), || ()).is_empty());
	}
}
