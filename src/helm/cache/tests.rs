use super::*;

#[test]
fn what_was_never_finished_goes_unless_somebody_is_at_it() {
    let directory = tempfile::tempdir().expect("a directory");
    let open = || Cache::open(directory.path().to_owned()).expect("a cache");
    let left = [".helm-file", ".helm-directory"].map(|name| directory.path().join(name));
    fs::write(&left[0], "half a client").expect("written");
    fs::create_dir(&left[1]).expect("made");
    let kept = directory.path().join("sha256-0");
    fs::write(&kept, "").expect("written");

    let busy = open_lock(directory.path());
    busy.lock_shared().expect("no other");
    open();
    assert_eq!(left.each_ref().map(|path| path.exists()), [true; 2]);

    drop(busy);
    open();
    assert_eq!(left.each_ref().map(|path| path.exists()), [false; 2]);
    assert!(kept.exists());
}

fn open_lock(directory: &Path) -> File {
    Cache(directory.to_owned()).lock().expect("a file")
}

#[test]
fn a_note_is_a_digest_or_counts_as_none() {
    let directory = tempfile::tempdir().expect("a directory");
    let cache = Cache::open(directory.path().to_owned()).expect("a cache");
    let digest = Digest::of(b"x");
    for (text, expected) in [
        ("", None),
        ("sha256:../../etc/passwd", None),
        (&*digest.to_string(), Some(digest.clone())),
        (&*format!("{digest}\n"), Some(digest.clone())),
    ] {
        fs::write(cache.note("helm"), text).expect("written");
        assert_eq!(cache.first_seen("helm"), expected, "{text}");
    }
}
