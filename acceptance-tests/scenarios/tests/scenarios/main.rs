//! Promises to users, held by the real Terraform and `OpenTofu` in a world of their own.
//!
//! All scenarios share one world. It takes seconds to start and must end with the tests, which the default test harness
//! cannot promise; so there is a small runner here ([`common`]). As usual with Terraform providers, acceptance tests run
//! only when `TF_ACC` is set.

mod bad_input;
mod checks;
mod common;
mod connect;
mod data_sources;
mod deletion;
mod drift;
mod extension;
mod extension_input;
mod failures;
mod faults;
mod foundation;
mod gitops;
mod guards;
mod helm_client;
mod interruption;
mod matrix;
mod obstacles;
mod secrets;
mod service_account_token;
mod settings;
mod simulated;
mod takeover;
mod two_runs;
mod wrong_cluster;

use anyhow::Context;
use world::engine::Engine;

use common::Suite;

/// Clusters of the world; a scenario takes as many of them as it needs.
const CLUSTERS: [&str; 4] = [
    "eks-training-dev-krc",
    "eks-training-dev-weu",
    "eks-training-dev-jpe",
    "eks-training-dev-sea",
];

fn main() -> std::process::ExitCode {
    common::run(&CLUSTERS, || {
        let mut suite = Suite::default();
        foundation::scenarios(&mut suite);
        let engines = Engine::available()?;
        simulated::scenarios(&mut suite, engines.first().context("no engine")?);
        for engine in &engines {
            connect::scenarios(&mut suite, engine);
            data_sources::scenarios(&mut suite, engine);
            service_account_token::scenarios(&mut suite, engine);
            extension::scenarios(&mut suite, engine);
            gitops::scenarios(&mut suite, engine);
            interruption::scenarios(&mut suite, engine);
        }
        // What the provider says and does does not depend on the engine.
        let first = engines.first().context("no engine")?;
        drift::scenarios(&mut suite, first);
        matrix::scenarios(&mut suite, first);
        guards::scenarios(&mut suite, first);
        gitops::once(&mut suite, first);
        wrong_cluster::scenarios(&mut suite, first);
        settings::scenarios(&mut suite, first);
        deletion::scenarios(&mut suite, first);
        takeover::scenarios(&mut suite, first);
        two_runs::scenarios(&mut suite, first);
        interruption::once(&mut suite, first);
        secrets::scenarios(&mut suite, first);
        bad_input::scenarios(&mut suite, first);
        obstacles::scenarios(&mut suite, first);
        checks::scenarios(&mut suite, first);
        helm_client::scenarios(&mut suite, first);
        failures::scenarios(&mut suite, first);
        faults::scenarios(&mut suite, first);
        extension_input::scenarios(&mut suite, first);
        service_account_token::bad_input_scenarios(&mut suite, first);
        Ok(suite)
    })
}
