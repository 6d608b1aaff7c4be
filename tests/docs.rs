//! Keeps `docs/` what the schema says: the pages are written from it, in the layout of the Terraform Registry.
//!
//! A stale page fails this test; with `UPDATE_GENERATED=1` (`make generate`) it is written anew instead.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use terraform_provider_arc::provider::ArcProvider;
use terraform_provider_arc::sdk::provider::Provider;
use terraform_provider_arc::sdk::schema::{Attribute, Mode, Nesting, Schema, Shape};
use terraform_provider_arc::sdk::types::Type;

/// A kind of types: how its pages are titled, and where they and their examples are.
#[derive(Clone, Copy)]
struct TypeKind {
    title: &'static str,
    folder: &'static str,
    example: &'static str,
    importable: bool,
}

const RESOURCE: TypeKind = TypeKind {
    title: "Resource",
    folder: "resources",
    example: "resource.tf",
    importable: true,
};

const DATA_SOURCE: TypeKind = TypeKind {
    title: "Data Source",
    folder: "data-sources",
    example: "data-source.tf",
    importable: false,
};

const EPHEMERAL_RESOURCE: TypeKind = TypeKind {
    title: "Ephemeral Resource",
    folder: "ephemeral-resources",
    example: "ephemeral-resource.tf",
    importable: false,
};

fn types(provider: &ArcProvider) -> Vec<(TypeKind, &'static str, &Schema)> {
    let resources = provider.resources().iter();
    let resources = resources.map(|r| (RESOURCE, r.type_name(), r.schema()));
    let data_sources = provider.data_sources().iter();
    let data_sources = data_sources.map(|d| (DATA_SOURCE, d.type_name(), d.schema()));
    let ephemeral = provider.ephemeral_resources().iter();
    let ephemeral = ephemeral.map(|e| (EPHEMERAL_RESOURCE, e.type_name(), e.schema()));
    resources.chain(data_sources).chain(ephemeral).collect()
}

#[test]
fn every_page_says_what_the_schema_says() {
    let provider = ArcProvider::new();
    let mut stale = Vec::new();
    keep_fresh(
        "docs/index.md",
        &provider_page(provider.schema()),
        &mut stale,
    );
    for (kind, type_name, schema) in types(&provider) {
        let name = type_name.trim_start_matches("arc_");
        let page = type_page(kind, type_name, schema);
        keep_fresh(
            &format!("docs/{}/{name}.md", kind.folder),
            &page,
            &mut stale,
        );
    }
    assert!(stale.is_empty(), "stale, run `make generate`: {stale:?}");
}

#[test]
fn everything_a_user_can_set_is_described() {
    let provider = ArcProvider::new();
    let schemas = types(&provider)
        .into_iter()
        .map(|(_, _, schema)| schema)
        .chain([provider.schema()]);
    for schema in schemas {
        schema.attributes.iter().for_each(assert_described);
    }
}

#[test]
fn the_troubleshooting_guide_knows_only_headlines_that_there_are() {
    let mut sources = String::new();
    read_all(&root("src"), &mut sources);
    let guide = example("docs/guides/troubleshooting.md");
    let cells = guide
        .lines()
        .filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let unknown: Vec<_> = cells
        .filter(|cell| *cell != "headline")
        .flat_map(|cell| cell.split(", "))
        .filter(|headline| !sources.contains(&format!("\"{headline}\"")))
        .collect();
    assert!(unknown.is_empty(), "no error is called {unknown:?}");
}

/// A name is that of a test, of a module with tests, or of a command of make.
#[test]
fn each_promise_of_the_security_guide_is_held_by_a_test_that_there_is() {
    let mut sources = std::fs::read_to_string(root("GNUmakefile")).expect("commands");
    for folder in ["src", "acceptance-tests/scenarios/tests"] {
        read_all(&root(folder), &mut sources);
    }
    let exists = |name: &str| {
        let last = name.trim_end_matches("::").rsplit("::").next();
        let last = last.unwrap_or_default();
        ["fn ", "mod ", "\n", "::"]
            .iter()
            .any(|before| sources.contains(&format!("{before}{last}")))
    };
    let guide = example("docs/guides/security.md");
    let promises = guide
        .lines()
        .filter(|line| line.matches(" | ").count() == 2);
    let held = promises.filter_map(|line| line.rsplit(" | ").next()?.strip_suffix(" |"));
    let names: Vec<_> = held
        .flat_map(|cell| cell.split('`').skip(1).step_by(2))
        .map(|name| name.trim_start_matches("make "))
        .collect();
    assert!(names.len() > 20, "{names:?}");
    let unknown: Vec<_> = names.into_iter().filter(|name| !exists(name)).collect();
    assert!(unknown.is_empty(), "there is no test {unknown:?}");
}

fn read_all(folder: &Path, text: &mut String) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            read_all(&path, text);
        } else {
            text.push_str(&std::fs::read_to_string(&path).expect("a source"));
        }
    }
}

fn assert_described(attribute: &Attribute) {
    assert!(
        attribute.description.ends_with(['.', ')']),
        "{} needs a description",
        attribute.name
    );
    if let Shape::Nested(_, inner) = &attribute.shape {
        inner.iter().for_each(assert_described);
    }
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn keep_fresh(path: &str, wanted: &str, stale: &mut Vec<String>) {
    let file = root(path);
    if std::fs::read_to_string(&file).is_ok_and(|found| found == wanted) {
        return;
    }
    if std::env::var_os("UPDATE_GENERATED").is_some() {
        std::fs::create_dir_all(file.parent().expect("a page has a folder"))
            .expect("docs can be made");
        std::fs::write(&file, wanted).expect("docs can be written");
    } else {
        stale.push(path.to_owned());
    }
}

fn example(path: &str) -> String {
    std::fs::read_to_string(root(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn provider_page(schema: &Schema) -> String {
    let mut page = front("arc Provider", schema.description);
    let _ = write!(page, "# arc Provider\n\n{}\n\n", schema.description);
    code(
        &mut page,
        "Example Usage",
        "terraform",
        &example("examples/provider/provider.tf"),
    );
    sections(&mut page, schema);
    page
}

fn type_page(kind: TypeKind, type_name: &str, schema: &Schema) -> String {
    let mut page = front(&format!("{type_name} {}", kind.title), schema.description);
    let _ = write!(
        page,
        "# {type_name} ({})\n\n{}\n\n",
        kind.title, schema.description
    );
    let folder = format!("examples/{}/{type_name}", kind.folder);
    code(
        &mut page,
        "Example Usage",
        "terraform",
        &example(&format!("{folder}/{}", kind.example)),
    );
    sections(&mut page, schema);
    if kind.importable {
        code(
            &mut page,
            "Import",
            "shell",
            &example(&format!("{folder}/import.sh")),
        );
    }
    page
}

fn front(title: &str, description: &str) -> String {
    format!("---\npage_title: \"{title}\"\ndescription: |-\n  {description}\n---\n\n")
}

fn code(page: &mut String, title: &str, language: &str, text: &str) {
    let _ = write!(
        page,
        "## {title}\n\n```{language}\n{}\n```\n\n",
        text.trim_end()
    );
}

fn sections(page: &mut String, schema: &Schema) {
    page.push_str("## Schema\n\n");
    let mut nested = Vec::new();
    for (title, modes) in [
        ("Required", &[Mode::Required][..]),
        ("Optional", &[Mode::Optional, Mode::OptionalComputed]),
        ("Read-Only", &[Mode::Computed]),
    ] {
        let chosen: Vec<_> = schema
            .attributes
            .iter()
            .filter(|attribute| modes.contains(&attribute.mode))
            .collect();
        let blocks = if title == "Optional" {
            schema.blocks.as_slice()
        } else {
            &[]
        };
        if chosen.is_empty() && blocks.is_empty() {
            continue;
        }
        let _ = write!(page, "### {title}\n\n");
        for attribute in chosen {
            line(page, attribute, "", &mut nested);
        }
        for block in blocks {
            let _ = writeln!(
                page,
                "- `{}` (Block) {} (see [below](#nested--{}))",
                block.name, block.description, block.name
            );
            nested.push((block.name.to_owned(), block.attributes.clone()));
        }
        page.push('\n');
    }
    while !nested.is_empty() {
        let (path, attributes) = nested.remove(0);
        let _ = write!(
            page,
            "<a id=\"nested--{}\"></a>\n### Nested schema for `{path}`\n\n",
            path.replace('.', "--")
        );
        for attribute in &attributes {
            line(page, attribute, &path, &mut nested);
        }
        page.push('\n');
    }
}

fn line(
    page: &mut String,
    attribute: &Attribute,
    parent: &str,
    nested: &mut Vec<(String, Vec<Attribute>)>,
) {
    let mut notes = vec![kind(&attribute.shape)];
    if !parent.is_empty() && attribute.mode == Mode::Required {
        notes.push("Required".to_owned());
    }
    if attribute.sensitive {
        notes.push("Sensitive".to_owned());
    }
    if attribute.write_only {
        notes.push("Write-only".to_owned());
    }
    let replace = if attribute.replace {
        " Changing this replaces the object."
    } else {
        ""
    };
    let _ = write!(
        page,
        "- `{}` ({}) {}{replace}",
        attribute.name,
        notes.join(", "),
        attribute.description
    );
    if let Shape::Nested(_, inner) = &attribute.shape {
        let path = if parent.is_empty() {
            attribute.name.to_owned()
        } else {
            format!("{parent}.{}", attribute.name)
        };
        let _ = write!(page, " (see [below](#nested--{}))", path.replace('.', "--"));
        nested.push((path, inner.clone()));
    }
    page.push('\n');
}

fn kind(shape: &Shape) -> String {
    match shape {
        Shape::Plain(plain) => type_name(plain),
        Shape::Nested(Nesting::Single, _) => "Attributes".to_owned(),
        Shape::Nested(Nesting::List, _) => "Attributes List".to_owned(),
        Shape::Nested(Nesting::Map, _) => "Attributes Map".to_owned(),
    }
}

fn type_name(plain: &Type) -> String {
    match plain {
        Type::Bool => "Boolean".to_owned(),
        Type::Number => "Number".to_owned(),
        Type::String => "String".to_owned(),
        Type::List(element) => format!("List of {}", type_name(element)),
        Type::Set(element) => format!("Set of {}", type_name(element)),
        Type::Map(element) => format!("Map of {}", type_name(element)),
        Type::Object(_) => "Object".to_owned(),
    }
}
