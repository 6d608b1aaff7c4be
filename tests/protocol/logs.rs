//! What the host gets to read on stderr.

use std::process::Stdio;

use serde_json::Value;
use terraform_provider_arc::proto::tfplugin6::get_provider_schema;

use crate::host::{Host, product};
use crate::identity::ANNOUNCED;

/// The log of one run at this level: its lines, each of them JSON.
async fn log(variable: &str, level: &str) -> Vec<Value> {
    let mut command = product();
    command.stderr(Stdio::piped());
    let environment = [("PLUGIN_CLIENT_CERT", ANNOUNCED), (variable, level)];
    let mut host = Host::start_with(command, environment);
    let connection = host.dial().await;
    let mut provider = connection.provider.clone();
    let request = get_provider_schema::Request {};
    provider
        .get_provider_schema(request)
        .await
        .expect("an answer");
    connection.shutdown().await;
    host.wait().await;
    let parse = |line| serde_json::from_str(line).expect("every line is JSON");
    host.log().lines().map(parse).collect()
}

#[tokio::test]
async fn a_line_says_which_call_it_is_about_and_nothing_of_http() {
    let lines = log("TF_LOG", "trace").await;
    let of_call = lines
        .iter()
        .find(|line| line["tf_rpc"] == "GetProviderSchema")
        .expect("a line about the call");
    assert_eq!(of_call["@level"], "trace");
    for line in &lines {
        let module = line["@module"].as_str().expect("a module");
        assert!(module.starts_with("arc"), "{line}");
    }
}

#[tokio::test]
async fn our_own_level_goes_before_the_common_one() {
    assert_eq!(log("TF_LOG_PROVIDER_ARC", "off").await, Vec::<Value>::new());
    assert_eq!(log("TF_LOG_PROVIDER", "error").await, Vec::<Value>::new());
}
