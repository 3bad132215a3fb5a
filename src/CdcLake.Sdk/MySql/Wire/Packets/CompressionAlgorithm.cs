namespace CdcLake.MySql.Wire.Packets;

/// <summary>How packets of a connection are compressed, as both sides agreed at the login.</summary>
internal enum CompressionAlgorithm
{
    None,
    Zlib,
    Zstd,
}
