//! An API server that keeps objects, under the rules for versions, UIDs and preconditions: for tests of several runs on one
//! cluster.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};

use super::{Cluster, cluster_with_bodies};

/// What is in the cluster, by path. Clones share it.
#[derive(Clone, Default)]
pub(crate) struct Store(Arc<Mutex<Content>>);

#[derive(Default)]
struct Content {
    objects: BTreeMap<String, Value>,
    /// Counts versions and UIDs.
    count: u64,
}

impl Store {
    /// A cluster with the namespace `kube-system`.
    pub(crate) fn new() -> Self {
        let store = Self::default();
        store.put(
            "/api/v1/namespaces/kube-system",
            json!({"metadata": {"uid": "u1"}}),
        );
        store
    }

    /// A client of one run.
    pub(crate) fn client(&self) -> Cluster {
        let store = self.clone();
        cluster_with_bodies(move |request, body| store.answer(request, body))
    }

    /// The answer to a request.
    pub(crate) fn answer(&self, request: &str, body: &Value) -> (u16, Value) {
        let (method, path) = request.split_once(' ').expect("a request line");
        let path = path.split('?').next().unwrap_or_default();
        self.content().answer(method, path, body)
    }

    /// Takes an object away, as a controller does in the end.
    pub(crate) fn remove(&self, path: &str) {
        self.content().objects.remove(path);
    }

    /// Puts an object there.
    pub(crate) fn put(&self, path: &str, mut object: Value) {
        let mut content = self.content();
        content.count += 1;
        let count = content.count.to_string();
        let metadata = &mut object["metadata"];
        metadata["resourceVersion"] = count.clone().into();
        if metadata["uid"].is_null() {
            metadata["uid"] = count.into();
        }
        content.objects.insert(path.to_owned(), object);
    }

    /// An object; null when there is none.
    pub(crate) fn get(&self, path: &str) -> Value {
        self.content()
            .objects
            .get(path)
            .cloned()
            .unwrap_or_default()
    }

    fn content(&self) -> MutexGuard<'_, Content> {
        self.0.lock().expect("no panic")
    }
}

impl Content {
    fn answer(&mut self, method: &str, path: &str, body: &Value) -> (u16, Value) {
        self.count += 1;
        let version = self.count.to_string();
        match method {
            "GET" => self.read(path),
            "POST" => {
                let name = body["metadata"]["name"].as_str().unwrap_or_default();
                let path = format!("{path}/{name}");
                if self.objects.contains_key(&path) {
                    return refused(409, "AlreadyExists");
                }
                let mut made = body.clone();
                made["metadata"]["uid"] = format!("uid-{version}").into();
                made["metadata"]["resourceVersion"] = version.into();
                self.objects.insert(path, made.clone());
                (201, made)
            }
            "PATCH" => match self.objects.get_mut(path) {
                None => refused(404, "NotFound"),
                Some(found) if differs(&body["metadata"], &found["metadata"]) => {
                    refused(409, "Conflict")
                }
                Some(found) => {
                    merge(found, body);
                    found["metadata"]["resourceVersion"] = version.into();
                    (200, found.clone())
                }
            },
            "DELETE" => match self.objects.get(path) {
                None => refused(404, "NotFound"),
                Some(found) if differs(&body["preconditions"], &found["metadata"]) => {
                    refused(409, "Conflict")
                }
                Some(_) => {
                    let below = format!("{path}/");
                    let gone = self.objects.remove(path).unwrap_or_default();
                    self.objects.retain(|path, _| !path.starts_with(&below));
                    (200, gone)
                }
            },
            other => panic!("unexpected {other} {path}"),
        }
    }

    /// An object, or the list of those right below the path.
    fn read(&self, path: &str) -> (u16, Value) {
        if let Some(found) = self.objects.get(path) {
            return (200, found.clone());
        }
        let plural = path.rsplit('/').next().unwrap_or_default();
        let lists = [
            "secrets",
            "deployments",
            "nodes",
            "customresourcedefinitions",
            "pods",
            "events",
        ];
        if !lists.contains(&plural) {
            return refused(404, "NotFound");
        }
        let is_item = |other: &str| {
            let tail = format!("/{plural}/");
            let inside = other
                .rsplit_once(&tail)
                .is_some_and(|(_, name)| !name.contains('/'));
            inside && (other.starts_with(path) || !path.contains("/namespaces/"))
        };
        let items = self.objects.iter().filter(|(path, _)| is_item(path));
        let items: Vec<_> = items.map(|(_, object)| object).collect();
        (200, json!({"metadata": {}, "items": items}))
    }
}

/// Whether an expected UID or version is another than the one that is there.
fn differs(expected: &Value, found: &Value) -> bool {
    ["uid", "resourceVersion"]
        .iter()
        .any(|key| !expected[key].is_null() && expected[key] != found[key])
}

/// RFC 7396.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(members) = patch else {
        *target = patch.clone();
        return;
    };
    for (key, member) in members {
        if member.is_null() {
            target.as_object_mut().map(|target| target.remove(key));
        } else {
            merge(&mut target[key], member);
        }
    }
}

fn refused(code: u16, reason: &str) -> (u16, Value) {
    (
        code,
        json!({"code": code, "reason": reason, "message": "no"}),
    )
}
