using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using CdcLake.Iceberg.Tables;
using static CdcLake.Iceberg.Puffin.RoaringFormat;

namespace CdcLake.Iceberg.Puffin;

// Layout: see RoaringFormat.

/// <summary>Writes deleted rows as a 64-bit Roaring bitmap; each container in the smallest of its three forms.</summary>
internal static class RoaringWriter
{
    private const int WordsOfBitmap = Containers * ContainerWords;

    public static void Write(PositionSet positions, IBufferWriter<byte> output)
    {
        var words = positions.Words;
        var bitmaps = new List<(int Key, List<Container> Containers)>();
        for (var start = 0L; start < words.Length; start += WordsOfBitmap)
        {
            var bitmap = words[(int)start..(int)Math.Min(words.Length, start + WordsOfBitmap)];
            if (ContainersOf(bitmap) is { Count: > 0 } containers)
            {
                bitmaps.Add(((int)(start / WordsOfBitmap), containers));
            }
        }

        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), bitmaps.Count);
        output.Advance(sizeof(long));
        foreach (var (key, containers) in bitmaps)
        {
            WriteInt32(output, key);
            WriteBitmap(words[(int)((long)key * WordsOfBitmap)..], containers, output);
        }
    }

    private static List<Container> ContainersOf(ReadOnlySpan<ulong> bitmap)
    {
        var containers = new List<Container>();
        for (var key = 0; key * ContainerWords < bitmap.Length; key++)
        {
            var words = WordsOf(bitmap, key);
            var values = 0;
            var runs = 0;
            var before = 0UL; // the highest bit of the word before
            foreach (var word in words)
            {
                values += BitOperations.PopCount(word);
                runs += BitOperations.PopCount(word & ~((word << 1) | before)); // bits that begin a run
                before = word >> 63;
            }

            if (values > 0)
            {
                containers.Add(new Container(key, values, runs));
            }
        }

        return containers;
    }

    private static void WriteBitmap(ReadOnlySpan<ulong> words, List<Container> containers, IBufferWriter<byte> output)
    {
        var hasRuns = containers.Exists(c => c.IsRun);
        var header = hasRuns ? sizeof(int) + ((containers.Count + 7) / 8) : 2 * sizeof(int);
        var hasOffsets = !hasRuns || containers.Count >= OffsetsFrom;
        var offset = header + (containers.Count * (hasOffsets ? 8 : 4));
        if (hasRuns)
        {
            WriteInt32(output, CookieWithRuns | ((containers.Count - 1) << 16));
            var flags = output.GetSpan(header)[..(header - sizeof(int))];
            flags.Clear();
            for (var i = 0; i < containers.Count; i++)
            {
                flags[i / 8] |= (byte)(containers[i].IsRun ? 1 << (i % 8) : 0);
            }

            output.Advance(flags.Length);
        }
        else
        {
            WriteInt32(output, CookieWithoutRuns);
            WriteInt32(output, containers.Count);
        }

        foreach (var container in containers)
        {
            WriteInt32(output, container.Key | ((container.Values - 1) << 16));
        }

        foreach (var container in hasOffsets ? containers : [])
        {
            WriteInt32(output, offset);
            offset += container.Length;
        }

        foreach (var container in containers)
        {
            WriteContainer(container, WordsOf(words, container.Key), output);
        }
    }

    private static void WriteContainer(Container container, ReadOnlySpan<ulong> words, IBufferWriter<byte> output)
    {
        var target = output.GetSpan(container.Length)[..container.Length];
        if (container.IsRun)
        {
            WriteRuns(words, container.Runs, target);
        }
        else if (container.Values > ArrayValues)
        {
            target.Clear();
            for (var i = 0; i < words.Length; i++)
            {
                BinaryPrimitives.WriteUInt64LittleEndian(target[(i * sizeof(ulong))..], words[i]);
            }
        }
        else
        {
            var at = 0;
            for (var i = 0; i < words.Length; i++)
            {
                for (var bits = words[i]; bits != 0; bits &= bits - 1, at += sizeof(ushort))
                {
                    BinaryPrimitives.WriteUInt16LittleEndian(target[at..], (ushort)((i * 64) + BitOperations.TrailingZeroCount(bits)));
                }
            }
        }

        output.Advance(container.Length);
    }

    private static void WriteRuns(ReadOnlySpan<ulong> words, int runs, Span<byte> target)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)runs);
        var at = sizeof(ushort);
        var first = -1;
        var last = -2;
        for (var i = 0; i < words.Length; i++)
        {
            for (var bits = words[i]; bits != 0; bits &= bits - 1)
            {
                var value = (i * 64) + BitOperations.TrailingZeroCount(bits);
                if (value != last + 1)
                {
                    at += first < 0 ? 0 : WriteRun(target[at..], first, last);
                    first = value;
                }

                last = value;
            }
        }

        WriteRun(target[at..], first, last);
    }

    private static int WriteRun(Span<byte> target, int first, int last)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(target, (ushort)first);
        BinaryPrimitives.WriteUInt16LittleEndian(target[sizeof(ushort)..], (ushort)(last - first));
        return 2 * sizeof(ushort);
    }

    private static ReadOnlySpan<ulong> WordsOf(ReadOnlySpan<ulong> bitmap, int key) =>
        bitmap[(key * ContainerWords)..Math.Min(bitmap.Length, (key + 1) * ContainerWords)];

    private static void WriteInt32(IBufferWriter<byte> output, int value)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), value);
        output.Advance(sizeof(int));
    }

    private readonly record struct Container(int Key, int Values, int Runs)
    {
        public bool IsRun => LengthAsRuns < LengthOtherwise;

        public int Length => Math.Min(LengthAsRuns, LengthOtherwise);

        private int LengthAsRuns => sizeof(ushort) + (4 * Runs);

        private int LengthOtherwise => Values <= ArrayValues ? sizeof(ushort) * Values : BitmapBytes;
    }
}
