use ostraka_crypto::{
	encoding::*,
	group, proofs, scalar,
	seal::*,
	vss::{self, *},
	Plain, Scalar,
};
use rand_chacha::{rand_core::SeedableRng, ChaCha20Rng};
use std::{hint::black_box, time::Instant};
fn cpu() -> f64 {
	let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
	text.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e9
}
fn time<T>(name: &str, mut f: impl FnMut() -> T) {
	if std::env::args().nth(1).is_some_and(|only| !name.contains(&only)) {
		return;
	}
	for _ in 0..3 {
		black_box(f());
	}
	let mut best = f64::MAX;
	std::thread::yield_now();
	let start = cpu();
	let wall = Instant::now();
	let mut runs = 0;
	while wall.elapsed().as_millis() < 1500 || runs < 5 {
		let s = Instant::now();
		black_box(f());
		best = best.min(s.elapsed().as_secs_f64());
		runs += 1;
	}
	std::thread::yield_now();
	println!("{name}: {:.2} us best, {:.2} cpu", best * 1e6, (cpu() - start) / runs as f64 * 1e6);
}
fn main() {
	let mut rng = ChaCha20Rng::seed_from_u64(1);
	{
		for (length, t, n) in [(8usize, 2u8, 5u8), (8, 3, 7), (64, 2, 5), (256, 3, 7), (8, 15, 31)]
		{
			let secret: Vec<_> = (0..length).map(|_| scalar::random(&mut rng)).collect();
			if std::env::args().nth(1).is_some_and(|only| !only.contains(&format!("L={length} "))) {
				continue;
			}
			for _ in 0..12 {
				let _ = vss::share::<Plain, _>(&secret, t, n, &mut rng).unwrap();
			}
			let (c, s) = vss::share::<Plain, _>(&secret, t, n, &mut rng).unwrap();
			time(&format!("share L={length} t={t} n={n}"), || {
				vss::share::<Plain, _>(&secret, t, n, &mut rng).unwrap()
			});
			time(&format!("check_dealing L={length} t={t} n={n}"), || {
				vss::check_dealing(&c, &s, &mut rng)
			});
		}
	}
	let secret: Vec<_> = (0..8).map(|_| scalar::random(&mut rng)).collect();
	let dealings: Vec<_> =
		(0..300).map(|_| vss::share::<Plain, _>(&secret, 2, 5, &mut rng).unwrap()).collect();
	let items: Vec<_> = dealings.iter().map(|(c, s)| (c, &s[0])).collect();
	time("batch_check 300", || vss::batch_check(1, &items, &mut rng));
	let unchecked: Vec<_> = dealings
		.iter()
		.map(|(c, _)| UncheckedCommitments::from_bytes(&c.to_bytes(), 2).unwrap())
		.collect();
	for k in [1usize, 5, 10, 16, 20, 24, 30, 40, 100, 300] {
		let items: Vec<_> = unchecked.iter().take(k).collect();
		time(&format!("batch_subgroup {k} x 3"), || {
			vss::batch_subgroup::<Plain, _>(&items, &mut rng)
		});
		time(&format!("single {k} x 3"), || items.iter().all(|i| i.check::<Plain>().is_ok()));
	}
	let bytes = dealings[0].0.to_bytes();
	time("decode_point", || decode_point::<Plain>(&bytes[0]));
	time("decode_stored_point", || decode_stored_point::<Plain>(&bytes[0]));
	let a = SealSecret::random(&mut rng);
	let b = SealSecret::random(&mut rng);
	let e = PublicKey::from_bytes(&b.public()).unwrap();
	time("public", || b.public());
	time("decode key", || PublicKey::from_bytes(e.bytes()));
	time("dh", || a.dh(&e));
	time("prove_rho", || proofs::prove_rho(&[1; 32], &a, &mut rng));
	let p = proofs::prove_rho(&[1; 32], &a, &mut rng);
	let r = a.public();
	time("verify_rho", || proofs::verify_rho(&[1; 32], &r, &p, proofs::verify_signature));
	let k = proofs::KeyStatement {
		genesis: &[0; 32],
		account: &[0; 32],
		worker: &[0; 32],
		seal_key: &r,
	};
	time("prove_key", || proofs::prove_key(&k, &a, &mut rng));
	let p = proofs::prove_key(&k, &a, &mut rng);
	time("verify_key", || proofs::verify_key(&k, &p));
	let dh = a.dh(&e);
	let k = proofs::DleqStatement {
		task_hash: &[0; 32],
		digest: &[0; 32],
		j: 1,
		seal_key: &r,
		ephemeral: e.bytes(),
		dh: &dh,
	};
	time("prove_dleq", || proofs::prove_dleq(&k, &a, &mut rng));
	let p = proofs::prove_dleq(&k, &a, &mut rng).unwrap();
	proofs::verify_dleq(&k, &p).unwrap();
	time("verify_dleq", || proofs::verify_dleq(&k, &p));
	time("msm 3 full", || group::msm(&dealings[0].0 .0, &secret[..3]));
	let short: Vec<Scalar> = (0..3).map(|_| scalar::random_short(&mut rng)).collect();
	time("msm 3 short", || group::msm(&dealings[0].0 .0, &short));
}
