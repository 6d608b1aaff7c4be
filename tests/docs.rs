//! Keeps `docs/` what the schema says: the pages are written from it, in the layout of the Terraform Registry.
//!
//! A stale page fails this test; with `UPDATE_GENERATED=1` (`make generate`) it is written anew instead.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use terraform_provider_arc::provider::ArcProvider;
use terraform_provider_arc::sdk::provider::Provider;
use terraform_provider_arc::sdk::schema::{Attribute, Mode, Nesting, Schema, Shape};
use terraform_provider_arc::sdk::types::Type;

#[test]
fn every_page_says_what_the_schema_says() {
    let provider = ArcProvider::new();
    let mut stale = Vec::new();
    keep_fresh(
        "docs/index.md",
        &provider_page(provider.schema()),
        &mut stale,
    );
    for resource in provider.resources() {
        let name = resource.type_name().trim_start_matches("arc_");
        let page = resource_page(resource.type_name(), resource.schema());
        keep_fresh(&format!("docs/resources/{name}.md"), &page, &mut stale);
    }
    assert!(stale.is_empty(), "stale, run `make generate`: {stale:?}");
}

#[test]
fn everything_a_user_can_set_is_described() {
    let provider = ArcProvider::new();
    let schemas = provider
        .resources()
        .iter()
        .map(|resource| resource.schema())
        .chain([provider.schema()]);
    for schema in schemas {
        schema.attributes.iter().for_each(assert_described);
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

fn resource_page(type_name: &str, schema: &Schema) -> String {
    let mut page = front(&format!("{type_name} Resource"), schema.description);
    let _ = write!(
        page,
        "# {type_name} (Resource)\n\n{}\n\n",
        schema.description
    );
    let folder = format!("examples/resources/{type_name}");
    code(
        &mut page,
        "Example Usage",
        "terraform",
        &example(&format!("{folder}/resource.tf")),
    );
    sections(&mut page, schema);
    code(
        &mut page,
        "Import",
        "shell",
        &example(&format!("{folder}/import.sh")),
    );
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
