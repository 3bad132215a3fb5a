using System.Collections.Immutable;
using CdcLake.Expressions;

namespace CdcLake.Iceberg.Scanning;

/// <summary>The part of a scan's condition that bounds can refute. Immutable.</summary>
internal abstract record ScanFilter
{
    /// <summary>False when certainly no row of these fulfils the condition.</summary>
    /// <param name="rangeOf">What is known of a column, by field id.</param>
    public abstract bool MayMatch(Func<int, ColumnRange> rangeOf);

    /// <summary>The columns that it is about, some possibly several times.</summary>
    public IEnumerable<int> FieldIds() => this switch
    {
        All all => all.Parts.SelectMany(p => p.FieldIds()),
        Any any => any.Parts.SelectMany(p => p.FieldIds()),
        IsNull test => [test.FieldId],
        Compares test => [test.FieldId],
        Begins test => [test.FieldId],
        _ => [],
    };

    /// <summary>Those of them that it compares with one value.</summary>
    public IEnumerable<int> ProbedFieldIds() => this switch
    {
        All all => all.Parts.SelectMany(p => p.ProbedFieldIds()),
        Any any => any.Parts.SelectMany(p => p.ProbedFieldIds()),
        Compares { Op: ScalarOp.Equal, Factor: 1 } test => [test.FieldId],
        _ => [],
    };

    /// <summary>All of them hold.</summary>
    public sealed record All(ImmutableArray<ScanFilter> Parts) : ScanFilter
    {
        public override bool MayMatch(Func<int, ColumnRange> rangeOf) => Parts.All(p => p.MayMatch(rangeOf));
    }

    /// <summary>One of them holds.</summary>
    public sealed record Any(ImmutableArray<ScanFilter> Parts) : ScanFilter
    {
        public override bool MayMatch(Func<int, ColumnRange> rangeOf) => Parts.Any(p => p.MayMatch(rangeOf));
    }

    /// <summary>A column is, or is not, null.</summary>
    public sealed record IsNull(int FieldId, bool Not) : ScanFilter
    {
        public override bool MayMatch(Func<int, ColumnRange> rangeOf) => Not ? rangeOf(FieldId).HasValues : rangeOf(FieldId).HasNulls;
    }

    /// <summary>A column, times a factor (days as microseconds), compared with a value.</summary>
    public sealed record Compares(int FieldId, long Factor, ScalarOp Op, FilterValue Value) : ScanFilter
    {
        public override bool MayMatch(Func<int, ColumnRange> rangeOf)
        {
            var range = rangeOf(FieldId);
            var min = range.Min?.Times(Factor).CompareTo(Value);
            var max = range.Max?.Times(Factor).CompareTo(Value);
            return range.HasValues && Op switch
            {
                ScalarOp.Equal => min is null or <= 0 && max is null or >= 0 && (Factor != 1 || range.MayHold?.Invoke(Value) != false),
                ScalarOp.Less => min is null or < 0,
                ScalarOp.LessOrEqual => min is null or <= 0,
                ScalarOp.Greater => max is null or > 0,
                ScalarOp.GreaterOrEqual => max is null or >= 0,
                _ => true,
            };
        }
    }

    /// <summary>A text begins with another one.</summary>
    public sealed record Begins(int FieldId, byte[] Prefix) : ScanFilter
    {
        public override bool MayMatch(Func<int, ColumnRange> rangeOf)
        {
            var range = rangeOf(FieldId);
            return range.HasValues && Compare(range.Min) <= 0 && Compare(range.Max) >= 0;
        }

        /// <summary>The beginning of a bound, compared with the prefix; 0 when the bound is unknown.</summary>
        private int Compare(FilterValue? bound) =>
            bound?.Bytes is { } bytes ? bytes.AsSpan(0, Math.Min(bytes.Length, Prefix.Length)).SequenceCompareTo(Prefix) : 0;
    }
}
