//! Types that `to_rust` wrote stand here when the test builds.
pub fn echo(_name: &str, _crate: &str, _bytes: &[u8]) -> Vec<u8> {
    unimplemented!()
}
