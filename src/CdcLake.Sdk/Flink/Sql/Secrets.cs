namespace CdcLake.Flink.Sql;

/// <summary>Values that a script names instead of holding: <c>${MYSQL_PASSWORD}</c>. Equal values under the same stem share a name.</summary>
internal sealed class Secrets
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>By name.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>The placeholder for a value.</summary>
    /// <param name="stem">In capitals.</param>
    /// <param name="value">Null where nobody here knows it: whoever submits the script fills it in.</param>
    public string Place(string stem, string? value)
    {
        var name = stem;
        for (var i = 2; _values.TryGetValue(name, out var other) && other != (value ?? ""); i++)
        {
            name = $"{stem}_{i.ToString(System.Globalization.CultureInfo.InvariantCulture)}";
        }

        _values[name] = value ?? "";
        return $"${{{name}}}";
    }

    /// <summary>A statement with the values in it; a quote in one is doubled, since placeholders stand in literals.</summary>
    public static string Fill(string statement, IReadOnlyDictionary<string, string> values)
    {
        foreach (var (name, value) in values)
        {
            statement = statement.Replace($"${{{name}}}", value.Replace("'", "''", StringComparison.Ordinal), StringComparison.Ordinal);
        }

        return statement;
    }
}
