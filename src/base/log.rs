//! One line of diagnosis, to the `log` or the `defmt` facade, or to nobody.
//!
//! Only words of ours and numbers go out here: never a header, a name or a key.

/// Says at debug level what a machine decided. Arguments must be numbers or plain enums.
#[macro_export]
#[doc(hidden)]
macro_rules! note {
    ($text:literal $(, $value:expr)* $(,)?) => {{
        #[cfg(feature = "log")]
        $crate::__log::debug!($text $(, $value)*);
        #[cfg(all(feature = "defmt", not(feature = "log")))]
        $crate::__defmt::debug!($text $(, $value)*);
        #[cfg(not(any(feature = "log", feature = "defmt")))]
        { $( let _ = &$value; )* }
    }};
}
