using CdcLake.Planning.Logical;
using CdcLake.Testing.Results;
using CdcLake.Testing.Tables;

namespace CdcLake.Testing.Linq;

/// <summary>Compares targets with the user's own lambdas over the tables as they are.</summary>
/// <param name="database">The tables.</param>
internal sealed class LinqCheck(MemoryDatabase database)
{
    private readonly List<string> _compared = [];
    private readonly Dictionary<string, string> _left = new(StringComparer.Ordinal);

    public BatchComparison Result => new(_compared, _left);

    /// <summary>Rows that one target should have, and those that it has; null where LINQ cannot say.</summary>
    public async Task<(IReadOnlyList<string> Expected, IReadOnlyList<string> Actual)?> RowsAsync(SinkTable sink, WrittenQuery? written, CancellationToken cancellationToken)
    {
        if (sink.Table is null || written is null)
        {
            _left[sink.Name] = "a view, or a sink of the application";
            return null;
        }

        try
        {
            var rows = new LinqRows(sink.Schema);
            IReadOnlyList<string> expected = [.. new LinqQuery(database).Evaluate(written).Select(rows.TextOf)];
            var actual = await sink.ReadAsync(rows.TextOf, cancellationToken).ConfigureAwait(false);
            _compared.Add(sink.Name);
            return (expected, actual);
        }
        catch (NotInLinqException reason)
        {
            _left[sink.Name] = reason.Message;
            return null;
        }
    }
}
