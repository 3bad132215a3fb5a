using System.Reflection;

namespace CdcLake.IntegrationTests.Queries;

/// <summary>Queries that are written out in both languages.</summary>
internal static class Written
{
    /// <summary>One query; the columns of the SELECT are the members of the row type, in their order.</summary>
    /// <param name="name">Of the query.</param>
    /// <param name="stream">As the operators of a chain.</param>
    /// <param name="sql">As a SELECT.</param>
    /// <param name="loose">Members of which only is determined what they equal, and their collations.</param>
    public static ShownQuery Query<T>(string name, ChangeStream<T> stream, string sql, params (string Member, string Collation)[] loose)
    {
        var members = typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance).Where(p => p.Name != "EqualityContract");
        var columns = members.Select(p => (p.Name, TypeOf(p.PropertyType, loose.FirstOrDefault(l => l.Member == p.Name).Collation))).ToList();
        var names = string.Join(", ", columns.Select(c => c.Name.ToLowerInvariant()));
        return new ShownQuery(name, new Relation(stream.Stream, $"WITH w ({names}) AS ({sql}) SELECT * FROM w", typeof(T), columns, 0, []));
    }

    private static SqlType TypeOf(Type type, string? loose)
    {
        var bare = Nullable.GetUnderlyingType(type) ?? type;
        return bare == typeof(string) ? loose is null ? SqlType.Text("utf8mb4_bin") : SqlType.Text(loose) with { IsSpelled = false }
            : bare == typeof(DateTime) || bare == typeof(DateTimeOffset) ? SqlType.Moment
            : bare == typeof(DateOnly) ? SqlType.Day
            : bare == typeof(bool) ? SqlType.Truth
            : bare == typeof(double) ? SqlType.Double(double.PositiveInfinity, 0)
            : bare.IsEnum ? new SqlType(SqlKind.Enum, bare)
            : SqlType.Decimal(28, 10);
    }
}
