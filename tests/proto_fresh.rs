//! The generated code under `proto/generated` is what the `.proto` files say, and these have the fields of 6.11.
//!
//! With `UPDATE_GENERATED=1` this writes the code instead of comparing it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use prost_types::FileDescriptorProto;
use tonic_prost_build::{Builder, Config};

const FILES: [&str; 3] = ["tfplugin6.proto", "plugin.proto", "health.proto"];
const PACKAGES: [&str; 3] = ["tfplugin6", "plugin", "grpc.health.v1"];

/// What 6.11 has beyond 6.10: message, field, number and type.
const SINCE_6_11: [(&str, &str, i32, &str); 4] = [
    ("Schema.Block", "computed", 8, "TYPE_BOOL"),
    (
        "ClientCapabilities",
        "store_planned_private",
        3,
        "TYPE_BOOL",
    ),
    (
        "ClientCapabilities",
        "computed_blocks_allowed",
        4,
        "TYPE_BOOL",
    ),
    (
        "PlanResourceChange.Request",
        "planned_private",
        9,
        "TYPE_BYTES",
    ),
];

fn proto_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("proto")
}

/// Messages and servers. RPCs that we do not implement answer `Unimplemented`.
fn servers() -> (Builder, Config) {
    let builder = tonic_prost_build::configure()
        .build_client(false)
        .generate_default_stubs(true);
    (builder, Config::new())
}

/// Clients for the tests, over the messages of the library.
fn clients() -> (Builder, Config) {
    let builder = tonic_prost_build::configure().build_server(false);
    let mut config = Config::new();
    for package in PACKAGES {
        let module = package.replace('.', "::");
        config.extern_path(
            format!(".{package}"),
            format!("::terraform_provider_arc::proto::{module}"),
        );
    }
    (builder, config)
}

/// Runs the generators: file name under `generated/` to content.
fn generate() -> BTreeMap<String, String> {
    let mut generated = BTreeMap::new();
    for (folder, (builder, config)) in [("", servers()), ("client/", clients())] {
        let out = tempfile::tempdir().expect("temporary directory");
        builder
            .build_transport(false)
            .emit_rerun_if_changed(false)
            .out_dir(out.path())
            .compile_fds_with_config(
                protox::compile(FILES, [proto_dir()]).expect("the .proto files compile"),
                config,
            )
            .expect("code generation");
        for entry in fs::read_dir(out.path()).expect("generated files") {
            let entry = entry.expect("generated file");
            let name = entry.file_name().into_string().expect("a plain name");
            let code = fs::read_to_string(entry.path()).expect("generated code");
            generated.insert(format!("{folder}{name}"), code);
        }
    }
    generated
}

#[test]
fn generated_code_is_fresh() {
    let root = proto_dir().join("generated");
    let update = std::env::var_os("UPDATE_GENERATED").is_some();
    for (name, code) in generate() {
        let path = root.join(&name);
        if update {
            fs::create_dir_all(path.parent().expect("a folder")).expect("folder");
            fs::write(&path, &code).expect("write");
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == code,
            "proto/generated/{name} is stale: run `make generate` and commit the result"
        );
    }
}

#[test]
fn the_protocol_has_the_fields_of_6_11() {
    let known = fields();
    for (message, field, number, of) in SINCE_6_11 {
        let found = known.get(&format!("{message}.{field}"));
        let found = found.map(|(number, of)| (*number, of.as_str()));
        assert_eq!(found, Some((number, of)), "{message}.{field}");
    }
}

/// All fields of the protocol: the dotted name to number and type.
fn fields() -> BTreeMap<String, (i32, String)> {
    let compiled = protox::compile([FILES[0]], [proto_dir()]).expect("the .proto file compiles");
    let of_protocol = |file: &&FileDescriptorProto| file.package() == PACKAGES[0];
    let file = compiled.file.iter().find(of_protocol).expect("the file");
    let mut open: Vec<_> = file
        .message_type
        .iter()
        .map(|message| (message.name().to_owned(), message))
        .collect();
    let mut fields = BTreeMap::new();
    while let Some((path, message)) = open.pop() {
        for nested in &message.nested_type {
            open.push((format!("{path}.{}", nested.name()), nested));
        }
        for field in &message.field {
            let of = field.r#type().as_str_name().to_owned();
            fields.insert(format!("{path}.{}", field.name()), (field.number(), of));
        }
    }
    fields
}
