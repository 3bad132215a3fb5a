using System.Globalization;

namespace CdcLake.Testing.StarRocks.Model;

/// <summary>What a release can do.</summary>
internal sealed record Release(string Text, int Major, int Minor)
{
    /// <summary>What the frontend says in the handshake of the MySQL protocol.</summary>
    public string ServerVersion => IsFrom(3, 4) ? "8.0.33" : "5.1.0";

    public bool HasTransactions => IsFrom(2, 4);

    public bool HasSeveralTables => IsFrom(4, 0);

    public bool HasConditions => IsFrom(2, 5);

    public bool HasVarbinary => IsFrom(3, 0);

    public int MaxDecimalPrecision => IsFrom(4, 0) ? 76 : 38;

    public long MaxVarcharBytes => IsFrom(4, 2) ? int.MaxValue : 1_048_576;

    public bool HasCompressedJson => IsFrom(3, 3);

    public static Release Parse(string text)
    {
        var parts = text.Split('.');
        return new Release(text, int.Parse(parts[0], CultureInfo.InvariantCulture), int.Parse(parts[1], CultureInfo.InvariantCulture));
    }

    private bool IsFrom(int major, int minor) => Major > major || (Major == major && Minor >= minor);
}
