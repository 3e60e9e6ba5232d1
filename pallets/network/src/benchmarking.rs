//! Benchmarks of the pallet's calls.

#![allow(clippy::unwrap_used)]

use crate::{Pallet as Network, *};
use frame::benchmarking::prelude::*;

#[benchmarks]
mod benchmarks {
	use super::*;

	#[benchmark]
	fn set_classes() {
		Classes::<T>::put(DEVELOPMENT);

		#[extrinsic_call]
		_(RawOrigin::Root, PRODUCTION);

		assert_eq!(Classes::<T>::get(), PRODUCTION);
	}

	impl_benchmark_test_suite!(Network, crate::mock::new_test_ext(), crate::mock::Test);
}
