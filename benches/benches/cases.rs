//! Every case of `kantor_benches::cases` at its size and at ten times its size.
//!
//! `cargo bench -p kantor-benches -- parse` runs those whose name holds `parse`.

use std::time::Duration;

use criterion::{
    BatchSize, BenchmarkId, Criterion, SamplingMode, Throughput, criterion_group, criterion_main,
};
use kantor_benches::cases::{CASES, TENFOLD};

fn cases(criterion: &mut Criterion) {
    for case in CASES {
        let mut group = criterion.benchmark_group(case.name);
        group
            .sample_size(10)
            .sampling_mode(SamplingMode::Flat)
            .warm_up_time(Duration::from_millis(1))
            .measurement_time(Duration::from_secs(1));
        for size in [case.size, case.size * TENFOLD] {
            group.throughput(Throughput::Elements(size as u64));
            group.bench_function(BenchmarkId::from_parameter(size), |bencher| {
                bencher.iter_batched(
                    || (case.prepare)(size),
                    |step| step(),
                    BatchSize::PerIteration,
                );
            });
        }
        group.finish();
    }
}

criterion_group!(benches, cases);
criterion_main!(benches);
