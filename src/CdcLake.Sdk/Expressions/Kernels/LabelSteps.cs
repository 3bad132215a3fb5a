using System.Diagnostics.CodeAnalysis;
using CdcLake.Columnar;
using CdcLake.Common;

namespace CdcLake.Expressions.Kernels;

/// <summary>Finds labels by their bytes. Immutable.</summary>
internal sealed class LabelTable
{
    private readonly byte[][] _labels;
    private readonly Dictionary<byte[], int>.AlternateLookup<ReadOnlySpan<byte>> _byLabel;

    public LabelTable(IEnumerable<string> labels)
    {
        _labels = [.. labels.Select(System.Text.Encoding.UTF8.GetBytes)];
        var byLabel = new Dictionary<byte[], int>(_labels.Length, BytesComparer.Instance);
        for (var i = 0; i < _labels.Length; i++)
        {
            byLabel.TryAdd(_labels[i], i);
        }

        _byLabel = byLabel.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    /// <summary>Number of the label, or −1. <paramref name="guess"/>: where the last one was, since values come in runs.</summary>
    public int Find(ReadOnlySpan<byte> label, int guess)
    {
        if (guess >= 0 && label.SequenceEqual(_labels[guess]))
        {
            return guess;
        }

        return _byLabel.TryGetValue(label, out var index) ? index : -1;
    }

    private sealed class BytesComparer : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public static readonly BytesComparer Instance = new();

        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode([DisallowNull] byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate) => (int)Hash64.Of(alternate);

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}

/// <summary>Labels to numbers; null gives null, text that is no label is an error where it matters (see <see cref="UnaryStep{TIn, TOut, TOp}"/>).</summary>
internal sealed class LabelNumberStep<T>(LabelTable labels, T[] numbers, int input, int output, int guard, BoundLabel source) : Step
    where T : unmanaged
{
    public override void Run(Frame frame)
    {
        var texts = frame.Bytes(input);
        var results = frame.Output<T>(output);
        var nulls = frame.Mask;
        var active = guard < 0 ? default : frame.Values<byte>(guard);
        var label = -1;
        for (var i = 0; i < results.Length; i++)
        {
            nulls[i] = texts.IsNull(i) ? (byte)1 : (byte)0;
            if (nulls[i] != 0)
            {
                continue;
            }

            label = labels.Find(texts[i], label);
            if (label >= 0)
            {
                results[i] = numbers[label];
            }
            else
            {
                nulls[i] = active.IsEmpty || active[i] != 0 ? throw Unknown(texts, i) : (byte)1;
            }
        }

        frame.SetNulls(output, nulls, results);
    }

    private UnsupportedTypeException Unknown(BytesColumn texts, int row) =>
        new($"\"{source.Text}\" has no number for {CellText.Of(texts, row)}, which is no {(source.EnumType is { } type ? $"member of {type.Name}" : "label of its column")} (MySQL stores '' for values that an ENUM does not take). "
            + "Test for it before the conversion, or repair the rows on the server.");
}

/// <summary>Labels to other texts; null gives null, text that is no label stays.</summary>
internal sealed class LabelNameStep(LabelTable labels, byte[][] names, int input, int output) : Step
{
    public override void Run(Frame frame)
    {
        var texts = frame.Bytes(input);
        var result = frame.OutputBytes(output);
        var label = -1;
        for (var i = 0; i < frame.Count; i++)
        {
            if (texts.IsNull(i))
            {
                result.AppendNull();
                continue;
            }

            label = labels.Find(texts[i], label);
            result.Append(label >= 0 ? names[label] : texts[i]);
        }
    }
}
