namespace CdcLake.Parquet.Variants;

// Metadata:   1 byte  version 1 | sorted << 4 | (bytes of a number − 1) << 6
//             n       number of names, then where each begins and where the last one ends, counted from the first name; all unsigned, little endian
//             …       the names
// Value:      1 byte  basic type | header << 2
//             …       by basic type:
//               0 primitive     header = VariantType; the value, little endian; binary and long text with four bytes of length in front; a decimal with its scale in front
//               1 short text    header = bytes, up to 63
//               2 object        header = (bytes of an offset − 1) | (bytes of a name's number − 1) << 2 | large << 4;
//                               count (1 byte, 4 when large), names' numbers in the order of the names, offsets (count + 1), values in any order
//               3 array         header = (bytes of an offset − 1) | large << 2; count, offsets (count + 1), values
// Source: parquet-format/VariantEncoding.md.

/// <summary>What the two lowest bits of a value say.</summary>
internal enum VariantBasicType
{
    Primitive,
    ShortText,
    Object,
    Array,
}

/// <summary>Types of values that are neither objects nor arrays, under their numbers.</summary>
internal enum VariantType
{
    Null,
    True,
    False,
    Int8,
    Int16,
    Int32,
    Int64,
    Double,
    Decimal4,
    Decimal8,
    Decimal16,
    Date,
    Timestamp,
    LocalTimestamp,
    Float,
    Binary,
    Text,
    Time,
    TimestampNanos,
    LocalTimestampNanos,
    Uuid,
}
