using System.Globalization;

namespace CdcLake.Checkpoints;

/// <summary>What a checkpoint consists of. It is written last: without it the pieces mean nothing.</summary>
/// <param name="Number">Ascending from 1; exactly one descriptor has it, whoever wrote that.</param>
/// <param name="Instance">Random id of the run that wrote it.</param>
/// <param name="Time">When it was written, by the clock of that run.</param>
/// <param name="Pipeline">Name of the pipeline.</param>
/// <param name="Position">Properties of the source position that the state includes.</param>
/// <param name="Operators">All operators of the plan, with the pieces of those that keep state.</param>
internal sealed record CheckpointDescriptor(
    long Number, string Instance, DateTimeOffset Time, string Pipeline, IReadOnlyDictionary<string, string> Position, IReadOnlyList<DescribedOperator> Operators)
{
    /// <summary>Changes when the layout of records, pieces or descriptor does.</summary>
    public const int Format = 3;

    /// <summary>That of a descriptor whose operators ran in partitions: what reads only the other one must not take the first partition for all of them.</summary>
    public const int PartitionedFormat = 4;

    public const string NamePrefix = "checkpoint-";

    /// <summary>Which tables the state was made of, as <see cref="Connectors.CapturedTables"/> has it; empty where that is not known.</summary>
    public string Tables { get; init; } = "";

    /// <summary>What stands before the first checkpoint.</summary>
    public static CheckpointDescriptor None { get; } = new(0, "", default, "", new Dictionary<string, string>(), []);

    /// <summary>Bytes of all pieces.</summary>
    public long TotalBytes => Operators.SelectMany(o => o.Stores).SelectMany(s => s).Sum(p => p.Bytes);

    /// <summary>Names of all pieces.</summary>
    public IEnumerable<string> Pieces => Operators.SelectMany(o => o.Stores).SelectMany(s => s).Select(p => p.Name);

    /// <summary>An operator of the plan.</summary>
    public DescribedOperator Of(string operatorName) => Operators.First(o => o.Name == operatorName);

    public static string FileName(long number) => string.Create(CultureInfo.InvariantCulture, $"{NamePrefix}{number:D10}.json");
}

/// <summary>An operator in a descriptor.</summary>
/// <param name="Name">As in the plan.</param>
/// <param name="Fingerprint">As in the plan.</param>
/// <param name="Stores">For each state store its pieces, to be read in order.</param>
internal sealed record DescribedOperator(string Name, string Fingerprint, IReadOnlyList<IReadOnlyList<CheckpointPiece>> Stores)
{
    /// <summary>In how many partitions it ran: the stores are those of the first, then those of the next.</summary>
    public int Partitions { get; init; } = 1;

    /// <summary>The stores of one partition.</summary>
    public IReadOnlyList<IReadOnlyList<CheckpointPiece>> StoresOf(int partition) => [.. Stores.Skip(partition * (Stores.Count / Partitions)).Take(Stores.Count / Partitions)];
}

/// <summary>One file of state.</summary>
/// <param name="Name">Name in the store; nobody else chooses it.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Digest">Hex XXH128 of its content: a file of this name and length that holds something else is noticed.</param>
internal sealed record CheckpointPiece(string Name, long Bytes, string Digest);
