namespace CdcLake.MySql.Binlog.Json;

/// <summary>
/// Bytes of a document that may still be read. In a document of a server no two values share bytes; a damaged one could name the same ones again and again, and be read for ever.
/// </summary>
internal struct JsonBudget(long bytes)
{
    private long _left = bytes;

    /// <exception cref="MySqlProtocolException">More was read than there is.</exception>
    public void Spend(long bytes)
    {
        _left -= bytes;
        if (_left < 0)
        {
            throw JsonValue.Damaged("values that share bytes");
        }
    }

    /// <summary>Spends the length of what is handed through.</summary>
    public ReadOnlySpan<byte> Spend(ReadOnlySpan<byte> bytes)
    {
        Spend(bytes.Length);
        return bytes;
    }
}
