//! The address of a resource in Azure Resource Manager.
//!
//! Azure compares ids without regard to case and answers with casings of its own (`resourcegroups`, a whole id in lower
//! case). A [`ResourceId`] therefore keeps what the user wrote and compares like Azure does.

use std::fmt;
use std::hash::{Hash, Hasher};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::fault::{Explain, Kind, Remedy};

/// Shown by every error about an id.
const EXAMPLE: &str = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-1\
                       /providers/Microsoft.Kubernetes/connectedClusters/cluster-1";

/// Namespace and type of a connected cluster.
const CONNECTED_CLUSTER: &str = "Microsoft.Kubernetes/connectedClusters";

/// Segments before the first name of a namespace: `subscriptions/{s}/resourceGroups/{g}/providers`.
const PREFIX: [&str; 3] = ["subscriptions", "resourceGroups", "providers"];

/// An ARM id of a resource in a resource group, such as a connected cluster or an extension on one.
///
/// `Display` writes the id as it was given. Equality and hash ignore ASCII case.
#[derive(Clone, Debug)]
pub struct ResourceId {
    spelled: String,
    /// Index of the segment with the namespace of the last `providers` block.
    namespace: usize,
}

/// Why a text is not the id of a resource.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("'{text}' is not a resource id: {problem}; an id looks like {EXAMPLE}")]
pub struct IdError {
    text: String,
    problem: String,
}

impl ResourceId {
    /// Reads an id in any casing, with any number of child types and of `providers` blocks.
    ///
    /// # Errors
    ///
    /// [`IdError`] says which part is missing or malformed and shows an example.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let segments = split(text)?;
        check_group(&segments).map_err(|problem| refuse(text, problem))?;
        let namespace = last_block(&segments);
        check_block(&segments[namespace..]).map_err(|problem| refuse(text, problem))?;
        Ok(Self {
            spelled: text.to_owned(),
            namespace,
        })
    }

    /// The id of a connected cluster, from parts that are what their names say: a name has no slash in it.
    #[must_use]
    pub fn connected_cluster(subscription: &str, resource_group: &str, name: &str) -> Self {
        Self::in_group(subscription, resource_group, CONNECTED_CLUSTER, name)
    }

    /// The id of a resource in a resource group, from a namespace with one type and parts without slashes.
    pub(super) fn in_group(
        subscription: &str,
        resource_group: &str,
        resource_type: &str,
        name: &str,
    ) -> Self {
        let group = format!("/subscriptions/{subscription}/resourceGroups/{resource_group}");
        Self {
            spelled: format!("{group}/providers/{resource_type}/{name}"),
            namespace: 5,
        }
    }

    /// The id of a resource that extends this one, such as an extension on a cluster: another `providers` block, from a
    /// type like `Microsoft.KubernetesConfiguration/extensions` and a name without a slash.
    #[must_use]
    pub fn extended_by(&self, resource_type: &str, name: &str) -> Self {
        Self {
            spelled: format!("{}/providers/{resource_type}/{name}", self.spelled),
            namespace: self.segments().count() + 1,
        }
    }

    /// The resource that this one extends: what stands before the last `providers` block. `None` for one that stands in
    /// its resource group.
    #[must_use]
    pub fn extends(&self) -> Option<Self> {
        let segments: Vec<_> = self.segments().take(self.namespace - 1).collect();
        let namespace = last_block(&segments);
        check_block(segments.get(namespace..)?).ok()?;
        let spelled = format!("/{}", segments.join("/"));
        Some(Self { spelled, namespace })
    }

    /// The subscription's UUID, as spelled.
    #[must_use]
    pub fn subscription_id(&self) -> &str {
        self.segment(1)
    }

    /// The name of the resource group, as spelled.
    #[must_use]
    pub fn resource_group(&self) -> &str {
        self.segment(3)
    }

    /// The name of the resource itself: the last segment, as spelled.
    #[must_use]
    pub fn name(&self) -> &str {
        self.spelled.rsplit('/').next().unwrap_or_default()
    }

    /// Namespace and types of the last `providers` block, as spelled: `Microsoft.Kubernetes/connectedClusters`.
    #[must_use]
    pub fn resource_type(&self) -> String {
        let mut block = self.segments().skip(self.namespace);
        let namespace = block.next().unwrap_or_default();
        let types = block.step_by(2);
        types.fold(namespace.to_owned(), |path, kind| path + "/" + kind)
    }

    /// Whether [`Self::resource_type`] is this one, in any casing.
    #[must_use]
    pub fn is_of_type(&self, resource_type: &str) -> bool {
        self.resource_type().eq_ignore_ascii_case(resource_type)
    }

    /// Whether this names a connected cluster.
    #[must_use]
    pub fn is_connected_cluster(&self) -> bool {
        self.is_of_type(CONNECTED_CLUSTER)
    }

    /// The parts between the slashes, as spelled and not percent-encoded.
    pub(super) fn segments(&self) -> impl Iterator<Item = &str> {
        self.spelled.split('/').skip(1)
    }

    fn segment(&self, index: usize) -> &str {
        self.segments().nth(index).unwrap_or_default()
    }
}

fn refuse(text: &str, problem: String) -> IdError {
    IdError {
        text: text.to_owned(),
        problem,
    }
}

fn split(text: &str) -> Result<Vec<&str>, IdError> {
    let path = text
        .strip_prefix('/')
        .ok_or_else(|| refuse(text, "it does not begin with '/subscriptions/'".to_owned()))?;
    let segments: Vec<_> = path.split('/').collect();
    if segments.iter().any(|segment| segment.trim().is_empty()) {
        return Err(refuse(
            text,
            "a part between two slashes is empty".to_owned(),
        ));
    }
    if let Some(segment) = segments.iter().find(|segment| !is_name(segment)) {
        return Err(refuse(text, format!("'{segment}' cannot be a name")));
    }
    Ok(segments)
}

/// Whether a part may stand in the path of a request. Azure's own rules for names differ from type to type; these characters
/// are in none, and `.` and `..` lead to another resource.
fn is_name(segment: &str) -> bool {
    let fits = |c: char| !c.is_control() && !"%?#\\<>&\"".contains(c);
    segment.chars().all(fits) && ![".", ".."].contains(&segment)
}

/// Checks `subscriptions/{uuid}/resourceGroups/{name}/providers`.
fn check_group(segments: &[&str]) -> Result<(), String> {
    for (position, keyword) in PREFIX.into_iter().enumerate() {
        match segments.get(2 * position) {
            Some(found) if found.eq_ignore_ascii_case(keyword) => {}
            Some(found) => return Err(format!("'{keyword}' is expected in place of '{found}'")),
            None => return Err(format!("'/{keyword}/' is missing")),
        }
    }
    check_uuid(segments[1])?;
    check_group_name(segments[3])
}

fn check_uuid(subscription: &str) -> Result<(), String> {
    // The UUID parser also takes braces and URNs, which differ in length.
    match uuid::Uuid::try_parse(subscription) {
        Ok(_) if subscription.len() == 36 => Ok(()),
        _ => Err(format!("the subscription '{subscription}' is not a UUID")),
    }
}

/// The rule of Microsoft.Resources: 1 to 90 word characters, `-`, `.` and parentheses, no period at the end.
fn check_group_name(name: &str) -> Result<(), String> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.()".contains(c);
    if name.chars().count() > 90 || !name.chars().all(allowed) || name.ends_with('.') {
        return Err(format!("'{name}' cannot be the name of a resource group"));
    }
    Ok(())
}

/// Where the namespace of the last `providers` block stands. Names at odd positions may be called "providers" too.
fn last_block(segments: &[&str]) -> usize {
    let last = (4..segments.len())
        .step_by(2)
        .rfind(|&index| segments[index].eq_ignore_ascii_case("providers"));
    last.map_or(segments.len(), |index| index + 1)
}

/// Checks `{namespace}/{type}/{name}` and further pairs of type and name.
fn check_block(block: &[&str]) -> Result<(), String> {
    let [namespace, pairs @ ..] = block else {
        return Err("the namespace after 'providers' is missing".to_owned());
    };
    if pairs.is_empty() {
        return Err(format!("the type after '{namespace}' is missing"));
    }
    if !pairs.len().is_multiple_of(2) {
        return Err(format!(
            "the name after '{}' is missing",
            pairs[pairs.len() - 1]
        ));
    }
    Ok(())
}

impl PartialEq for ResourceId {
    fn eq(&self, other: &Self) -> bool {
        self.spelled.eq_ignore_ascii_case(&other.spelled)
    }
}

impl Eq for ResourceId {}

impl Hash for ResourceId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.spelled.to_ascii_lowercase().hash(state);
    }
}

impl fmt::Display for ResourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.spelled)
    }
}

/// As the text that was given.
impl Serialize for ResourceId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.spelled)
    }
}

/// From its text, by [`ResourceId::parse`].
impl<'de> Deserialize<'de> for ResourceId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(de::Error::custom)
    }
}

impl Explain for IdError {
    fn kind(&self) -> Kind {
        Kind::Configuration
    }

    fn summary(&self) -> String {
        "Invalid Azure Resource Id".to_owned()
    }

    fn remedies(&self) -> Vec<Remedy> {
        vec![Remedy::new(
            "copy the id from the resource's properties, or from `az resource show --query id`",
        )]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SUBSCRIPTION: &str = "7b795fb9-09d3-42f4-a494-38864f99ba3c";

    fn cluster() -> String {
        format!(
            "/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-1/providers/{CONNECTED_CLUSTER}/c1"
        )
    }

    fn hash(id: &ResourceId) -> u64 {
        use std::hash::BuildHasher;
        std::hash::BuildHasherDefault::<std::hash::DefaultHasher>::default().hash_one(id)
    }

    #[test]
    fn any_casing_is_the_same_resource_and_the_spelling_is_kept() {
        let written = ResourceId::parse(&cluster()).expect("valid");
        let shouted = ResourceId::parse(&cluster().to_uppercase()).expect("valid");
        assert_eq!(written, shouted);
        assert_eq!(hash(&written), hash(&shouted));
        assert_eq!(shouted.to_string(), cluster().to_uppercase());
        assert_eq!(shouted.resource_group(), "RG-1");
        assert!(shouted.is_of_type(CONNECTED_CLUSTER));
    }

    #[test]
    fn a_connected_cluster_is_built_and_taken_apart() {
        let id = ResourceId::connected_cluster(SUBSCRIPTION, "rg-1", "c1");
        assert_eq!(id, ResourceId::parse(&cluster()).expect("valid"));
        assert_eq!(id.to_string(), cluster());
        assert_eq!(id.subscription_id(), SUBSCRIPTION);
        assert_eq!(id.resource_group(), "rg-1");
        assert_eq!(id.name(), "c1");
        assert_eq!(id.resource_type(), CONNECTED_CLUSTER);
    }

    #[test]
    fn children_and_extensions_are_named_by_their_last_block() {
        let text = format!(
            "{}/providers/Microsoft.KubernetesConfiguration/extensions/flux/operations/7",
            cluster()
        );
        let id = ResourceId::parse(&text).expect("valid");
        let expected = "Microsoft.KubernetesConfiguration/extensions/operations";
        assert_eq!(id.resource_type(), expected);
        assert_eq!(id.name(), "7");
        let extension = id.extends().expect("a cluster");
        assert_eq!(extension.to_string(), cluster());
        let type_and_name = ("Microsoft.KubernetesConfiguration/extensions", "flux");
        let extension = extension.extended_by(type_and_name.0, type_and_name.1);
        assert_eq!(extension.resource_type(), type_and_name.0);
        assert_eq!(
            extension.extends().expect("a cluster").to_string(),
            cluster()
        );
        assert_eq!(
            ResourceId::parse(&cluster()).expect("valid").extends(),
            None
        );
        let named = ResourceId::parse(&cluster().replace("c1", "providers")).expect("valid");
        assert_eq!(named.resource_type(), CONNECTED_CLUSTER);
        assert_eq!(named.name(), "providers");
    }

    #[test]
    fn an_error_says_what_is_wrong_and_shows_an_example() {
        let cases = [
            ("c1", "does not begin"),
            (
                "/subscriptions/42/resourceGroups/rg/providers/A/b/c",
                "'42' is not a UUID",
            ),
            (
                &*cluster().replace("resourceGroups", "groups"),
                "'resourceGroups' is expected in place of 'groups'",
            ),
            (
                &*cluster().replace("rg-1", "rg."),
                "'rg.' cannot be the name",
            ),
            (
                &*cluster().replace("/c1", ""),
                "the name after 'connectedClusters' is missing",
            ),
            (
                &*cluster().replace("/connectedClusters/c1", ""),
                "the type after",
            ),
            (&*format!("{}/", cluster()), "is empty"),
            (
                &*format!("/subscriptions/{SUBSCRIPTION}"),
                "'/resourceGroups/' is missing",
            ),
        ];
        for (text, problem) in cases {
            let message = ResourceId::parse(text).expect_err(text).to_string();
            assert!(message.contains(problem), "{message}");
            assert!(message.ends_with(EXAMPLE), "{message}");
        }
    }

    proptest::proptest! {
        #![proptest_config(crate::fuzzing::config())]

        #[test]
        fn fuzz_ids(text in crate::fuzzing::damaged_text(&[
            "/subscriptions/00000000-0000-0000-0000-000000000001/resourceGroups/rg/providers/Microsoft.Kubernetes/connectedClusters/c1",
            "/subscriptions/s/resourceGroups/rg/providers/A.B/c/d/providers/Microsoft.KubernetesConfiguration/extensions/e",
        ])) {
            if let Ok(id) = ResourceId::parse(&text) {
                let again = ResourceId::parse(&id.to_string()).expect("what is written can be read");
                assert_eq!(again, id);
                assert!(id.segments().all(|part| !part.is_empty() && part != "." && part != ".."), "{text}");
            }
        }
    }
}
