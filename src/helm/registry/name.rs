//! Names of repositories and tags, which become parts of addresses.

/// The registry whose server has another name than users give it.
const DOCKER_HUB: (&str, &str) = ("docker.io", "index.docker.io");

/// Host and path of a repository, when they and the tag have only characters that such names have.
pub(super) fn parse<'a>(name: &'a str, tag: &str) -> Result<(&'a str, &'a str), &'static str> {
    let (host, path) = name.split_once('/').ok_or("no path after the host")?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-:[]".contains(c);
    let is_path = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._-/".contains(c);
    let is_tag = |c: char| c.is_ascii_alphanumeric() || "._-".contains(c);
    let is_part = |part: &str| part.starts_with(|c: char| c.is_ascii_alphanumeric());
    if host.is_empty() || !host.chars().all(is_host) {
        return Err("no host");
    }
    if !path.chars().all(is_path) || !path.split('/').all(is_part) {
        return Err("a path has lower-case letters, digits and `._-` between slashes");
    }
    if tag.is_empty() || tag.len() > 128 || tag.starts_with(['.', '-']) || !tag.chars().all(is_tag)
    {
        return Err("a tag has up to 128 letters, digits and `._-`");
    }
    let (known, server) = DOCKER_HUB;
    Ok((if host == known { server } else { host }, path))
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn only_names_of_registries_become_addresses() {
        assert_eq!(
            parse("h.io:5000/a/b-c", "1.2.3_4"),
            Ok(("h.io:5000", "a/b-c"))
        );
        assert_eq!(parse("[::1]/a", "x"), Ok(("[::1]", "a")));
        assert_eq!(parse("docker.io/a/b", "x"), Ok(("index.docker.io", "a/b")));
        for (name, tag) in [
            ("h.io", "1"),
            ("/a", "1"),
            ("u@h.io/a", "1"),
            ("h.io/a?b", "1"),
            ("h.io/a/../b", "1"),
            ("h.io/a//b", "1"),
            ("h.io/A", "1"),
            ("h.io/a", ""),
            ("h.io/a", "../1"),
            ("h.io/a", "1@x"),
        ] {
            assert!(parse(name, tag).is_err(), "{name}:{tag}");
        }
    }
}
