namespace CdcLake.StarRocks.Ddl;

/// <summary>Database and table, case-sensitive.</summary>
internal sealed record TableName(string Database, string Table)
{
    /// <summary>In backticks, for statements.</summary>
    public string Quoted => $"{SqlText.Name(Database)}.{SqlText.Name(Table)}";

    /// <exception cref="ArgumentException">Not of the form database.table, or with characters that StarRocks does not take in names.</exception>
    public static TableName Parse(string name)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        var parts = name.Split('.');
        return parts.Length == 2 && parts.All(p => p.Length > 0 && p.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-'))
            ? new TableName(parts[0], parts[1])
            : throw new ArgumentException($"\"{name}\" is no table of StarRocks; write database.table, in ASCII letters, digits and underscores.", nameof(name));
    }

    public override string ToString() => $"{Database}.{Table}";
}
