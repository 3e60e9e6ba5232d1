//! Benchmarks of the pallet's calls.

#![allow(clippy::unwrap_used)]

use crate::*;
use frame::benchmarking::prelude::*;

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark(pov_mode = Measured)]
	fn set_classes() {
		Classes::<T>::put(DEVELOPMENT);

		#[extrinsic_call]
		_(RawOrigin::Root, PRODUCTION);

		assert_eq!(Classes::<T>::get(), PRODUCTION);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::new_test_ext(), crate::mock::Test);
}
