using System.Globalization;

namespace CdcLake.StarRocks.Ddl;

/// <summary>What <c>current_version()</c> says, such as <c>3.3.5-6d81f75</c>, and what a server of that version can do.</summary>
internal sealed record ServerVersion(int Major, int Minor, string Text)
{
    /// <summary>One transaction over several tables of a database.</summary>
    public bool CommitsTogether => IsFrom(4, 0);

    /// <summary>Load, prepare and commit as separate requests.</summary>
    public bool HasTransactions => IsFrom(2, 5);

    /// <summary>Rows that are applied only where a column is not below what is there.</summary>
    public bool HasConditions => IsFrom(2, 5);

    public bool HasVarbinary => IsFrom(3, 0);

    public int MaxDecimalPrecision => IsFrom(4, 0) ? 76 : 38;

    /// <summary>Bytes of the longest VARCHAR.</summary>
    public int MaxVarcharBytes => IsFrom(2, 1) ? 1_048_576 : 65_533;

    /// <exception cref="CatalogException">No version of StarRocks.</exception>
    public static ServerVersion Parse(string text)
    {
        var parts = text.Split(' ', '-')[0].Split('.');
        return parts.Length >= 2 && int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var major) && int.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var minor)
            ? new ServerVersion(major, minor, text)
            : throw new CatalogException($"The server says that its version is \"{text}\", which is none of StarRocks that could be told from others (2.5 to 4.x). Use a released version.");
    }

    private bool IsFrom(int major, int minor) => Major > major || (Major == major && Minor >= minor);
}
