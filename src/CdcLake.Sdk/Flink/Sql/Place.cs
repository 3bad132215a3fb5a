using CdcLake.Columnar.Collations;
using CdcLake.Expressions;

namespace CdcLake.Flink.Sql;

/// <summary>One operator of the plan, as what is said of it names it.</summary>
/// <param name="Name">Of the operator.</param>
/// <param name="Notes">Where warnings go.</param>
/// <param name="ComparesByBytes">Whether texts may be compared otherwise than their collation says.</param>
internal sealed record Place(string Name, Notes Notes, bool ComparesByBytes)
{
    public void Warn(string warning) => Notes.Warn($"{Name}: {warning}");

    public FlinkTranslationException Refuse(string construct, string reason) => new(Name, construct, reason);

    /// <summary>A comparison of texts, which Flink makes by bytes.</summary>
    public void RequireBytes(BoundCall call)
    {
        if (call.ComparedBy is { } collation)
        {
            RequireBytes($"\"{call.Text}\"", collation);
        }
    }

    /// <summary>A construct that compares texts, which Flink does by bytes.</summary>
    /// <exception cref="FlinkTranslationException">The collation is another one, and nobody accepted the difference.</exception>
    public void RequireBytes(string construct, TextCollation collation)
    {
        if (!ComparesByBytes)
        {
            throw Refuse(
                construct,
                $"texts compare by {collation.Name} here, and Flink compares them by bytes. Compare by bytes in the pipeline too (SqlFunctions.Binary, a _bin collation), or accept the difference with {nameof(FlinkSqlOptions.CompareTextsByBytes)}");
        }

        Warn($"texts compare by bytes, not by {collation.Name}: letters that differ in case or accents are different in Flink.");
    }
}
