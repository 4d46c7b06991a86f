//! Call appearances: what a person does with four calls, without a word of SIP.
