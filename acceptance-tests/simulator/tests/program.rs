//! The program: it says when it is ready, and SIGTERM ends it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::json;

#[test]
fn it_says_ready_and_ends_when_asked() {
    let directory = tempfile::tempdir().expect("a directory");
    let config = directory.path().join("config.json");
    write_config(directory.path(), &config);
    let mut program = Command::new(env!("CARGO_BIN_EXE_azure-simulator"))
        .arg("--config")
        .arg(&config)
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program");
    let mut line = String::new();
    let output = program.stdout.take().expect("a pipe");
    BufReader::new(output).read_line(&mut line).expect("a line");
    assert_eq!(line, "ready\n");
    let id = program.id().to_string();
    let killed = Command::new("kill").arg(id).status().expect("kill");
    assert!(killed.success());
    assert!(program.wait().expect("an end").success());
}

/// A cloud without subscriptions and clusters.
fn write_config(directory: &Path, config: &Path) {
    let CertifiedKey { cert, signing_key } =
        generate_simple_self_signed(["127.0.0.1".to_owned()]).expect("a certificate");
    let (certificate, key) = (directory.join("tls.crt"), directory.join("tls.key"));
    fs::write(&certificate, cert.pem()).expect("written");
    fs::write(&key, signing_key.serialize_pem()).expect("written");
    let text = json!({
        "listen": "127.0.0.1:0",
        "tls": {"certificate": certificate, "key": key},
        "registry": {"chart": "mcr.microsoft.com/chart:1.0.0"},
        "tenant_id": "7a4b9f0e-3c1d-4b55-9a62-0d3f6e1c8b77",
        "subscriptions": [],
        "service_principals": [],
        "clusters": {},
    });
    fs::write(config, text.to_string()).expect("written");
}
