using System.Globalization;

namespace CdcLake;

/// <summary>How fast log files are replayed (<see cref="MySqlSourceOptions.Pace"/>); whole transactions come one after the other, each when its time has come. Immutable.</summary>
public sealed class MySqlPace
{
    private readonly string _text;

    private MySqlPace(double factor, double rows, string text) => (Factor, Rows, _text) = (factor, rows, text);

    /// <summary>As fast as the pipeline takes it.</summary>
    public static MySqlPace Unlimited { get; } = new(0, 0, "as fast as possible");

    /// <summary>With the pauses that lay between the transactions when they were committed.</summary>
    public static MySqlPace AsRecorded { get; } = new(1, 0, "as recorded");

    /// <summary>How often faster than recorded; 0 where that does not matter.</summary>
    internal double Factor { get; }

    /// <summary>Rows per second; 0 where that does not matter.</summary>
    internal double Rows { get; }

    /// <summary>So many times faster than recorded.</summary>
    /// <param name="factor">Above 0; 0.5 is half as fast.</param>
    public static MySqlPace Times(double factor) => new(Positive(factor), 0, string.Create(CultureInfo.InvariantCulture, $"{factor} times as recorded"));

    /// <summary>So many changed rows of captured tables per second on the average; an update counts as two. A transaction is never cut, whatever its size.</summary>
    /// <param name="rows">Above 0.</param>
    public static MySqlPace RowsPerSecond(double rows) => new(0, Positive(rows), string.Create(CultureInfo.InvariantCulture, $"{rows} rows/s"));

    /// <summary>For people: <c>500 rows/s</c>.</summary>
    public override string ToString() => _text;

    private static double Positive(double value)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
        return double.IsFinite(value) ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "Not a number to count with.");
    }
}
