namespace CdcLake.Columnar;

/// <summary>How the values of a column lie in memory; kernels, codecs and encoders switch on this, not on <see cref="TypeKind"/>.</summary>
internal enum StorageKind : byte
{
    /// <summary>One byte, 0 or 1 (<see cref="FixedColumn{T}"/> of byte).</summary>
    Byte,

    /// <summary><see cref="FixedColumn{T}"/> of int.</summary>
    Int32,

    /// <summary><see cref="FixedColumn{T}"/> of long.</summary>
    Int64,

    /// <summary><see cref="FixedColumn{T}"/> of <see cref="System.Int128"/>.</summary>
    Int128,

    /// <summary><see cref="FixedColumn{T}"/> of float.</summary>
    Float32,

    /// <summary><see cref="FixedColumn{T}"/> of double.</summary>
    Float64,

    /// <summary><see cref="BytesColumn"/>.</summary>
    Bytes,
}
