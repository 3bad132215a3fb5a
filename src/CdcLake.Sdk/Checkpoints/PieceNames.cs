using System.Globalization;

namespace CdcLake.Checkpoints;

// state/20261129T101500-4c1d…-003-0-7.piece
//       when            run   op  store count

/// <summary>Names of piece files: each says when it was begun and by which run, and is used once.</summary>
/// <param name="Instance">Random id of the run.</param>
internal sealed record PieceNames(string Instance)
{
    public const string Prefix = "state/";

    private const string TimeFormat = "yyyyMMdd'T'HHmmss";
    private int _count;

    /// <summary>A new name.</summary>
    /// <param name="now">The time.</param>
    /// <param name="operatorIndex">Operator's place in the plan: its name holds characters that files may not.</param>
    /// <param name="store">Number of the store.</param>
    public string Next(DateTimeOffset now, int operatorIndex, int store) => string.Create(
        CultureInfo.InvariantCulture,
        $"{Prefix}{now.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture)}-{Instance}-{operatorIndex:D3}-{store}-{Interlocked.Increment(ref _count)}.piece");

    /// <summary>True when the run of this id began the piece.</summary>
    public static bool IsOf(string name, string instance) => name.Contains($"-{instance}-", StringComparison.Ordinal);

    /// <summary>When the piece was begun; null for a name of another form.</summary>
    public static DateTimeOffset? TimeOf(string name)
    {
        var time = name.AsSpan(Prefix.Length);
        var end = time.IndexOf('-');
        return end > 0 && DateTimeOffset.TryParseExact(
            time[..end], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var parsed) ? parsed : null;
    }
}
