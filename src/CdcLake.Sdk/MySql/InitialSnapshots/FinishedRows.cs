using System.Globalization;
using CdcLake.Columnar;
using CdcLake.MySql.Wire;

namespace CdcLake.MySql.InitialSnapshots;

/// <summary>Tells rows that lie where a table was read already from those that are still to be read.</summary>
/// <param name="session">Asked where the order is the server's alone; one question at a time.</param>
internal sealed class FinishedRows(ServerSession session)
{
    private const int KeysPerQuestion = 500;

    /// <summary>One flag for each row of a batch.</summary>
    /// <param name="reading">How far the table was read.</param>
    /// <param name="wide">Rows, with the key's columns.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="MySqlServerException">The connection failed.</exception>
    public async ValueTask<bool[]> FindAsync(TableReading reading, ChangeBatch wide, CancellationToken cancellationToken)
    {
        var found = new bool[wide.Count];
        var ranges = Ranges(reading.Progress);
        if (reading.IsDone)
        {
            found.AsSpan().Fill(true);
        }
        else if (reading.Order is { } order && ranges.Count > 0)
        {
            if (order.IsNumeric)
            {
                Compare(order, ranges, wide, found);
            }
            else
            {
                await AskAsync(order, ranges, wide, found, cancellationToken).ConfigureAwait(false);
            }
        }

        return found;
    }

    private static List<(IReadOnlyList<string>? After, IReadOnlyList<string>? UpTo)> Ranges(TableProgress? progress)
    {
        var ranges = new List<(IReadOnlyList<string>?, IReadOnlyList<string>?)>();
        IReadOnlyList<string>? after = null;
        foreach (var range in progress?.Ranges ?? [])
        {
            if (range.IsDone || range.At is not null)
            {
                ranges.Add((after, range.ReadUpTo));
            }

            after = range.UpTo;
        }

        return ranges;
    }

    private static void Compare(KeyOrder order, List<(IReadOnlyList<string>? After, IReadOnlyList<string>? UpTo)> ranges, ChangeBatch wide, bool[] found)
    {
        for (var row = 0; row < found.Length; row++)
        {
            foreach (var (after, upTo) in ranges)
            {
                found[row] |= (after is null || order.Compare(wide, row, after) > 0) && (upTo is null || order.Compare(wide, row, upTo) <= 0);
            }
        }
    }

    private async Task AskAsync(
        KeyOrder order, List<(IReadOnlyList<string>? After, IReadOnlyList<string>? UpTo)> ranges, ChangeBatch wide, bool[] found, CancellationToken cancellationToken)
    {
        for (var start = 0; start < found.Length; start += KeysPerQuestion)
        {
            var count = Math.Min(KeysPerQuestion, found.Length - start);
            var conditions = Enumerable.Range(start, count).Select(row => Condition(order.PointOf(wide, row), ranges));
            var answer = await session.QueryAsync($"SELECT {string.Join(",", conditions)}", cancellationToken).ConfigureAwait(false);
            for (var i = 0; i < count; i++)
            {
                found[start + i] = int.Parse(answer[0, i]!, CultureInfo.InvariantCulture) != 0;
            }
        }
    }

    private static string Condition(string[] key, List<(IReadOnlyList<string>? After, IReadOnlyList<string>? UpTo)> ranges) => string.Join(
        " OR ",
        ranges.Select(r => $"({(r.After is null ? "1" : KeyOrder.After(key, r.After))} AND {(r.UpTo is null ? "1" : KeyOrder.UpTo(key, r.UpTo))})"));
}
