//! Benchmarks of Ostraka: see `benches/`.
