using System.Globalization;

namespace CdcLake;

/// <summary>Bytes from a MySQL server or binary log file are malformed, truncated, corrupt or of a kind that cannot be interpreted.</summary>
public sealed class MySqlProtocolException : CdcLakeException
{
    internal MySqlProtocolException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }

    /// <summary>File or connection the bytes came from, or null when unknown.</summary>
    public string? Origin { get; init; }

    /// <summary>Byte offset in <see cref="Origin"/> of the event or packet, or −1 when unknown.</summary>
    public long Offset { get; init; } = -1;

    /// <summary>A structure whose content contradicts its own layout; <paramref name="offset"/> is where in the structure it was noticed.</summary>
    internal static MySqlProtocolException Malformed(string structure, long offset, string detail) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{structure} is malformed at byte {offset}: {detail}.")) { Offset = offset };
}
