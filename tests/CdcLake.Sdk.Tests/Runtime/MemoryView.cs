using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.State.Rows;
using CdcLake.State.Stores;
using CdcLake.Tests.Properties;

namespace CdcLake.Tests.Runtime;

/// <summary>A sink in the process: rows by key in a state store, visible at the end of each epoch.</summary>
internal sealed class MemoryView(string name) : ISinkTarget
{
    /// <summary>The sink of the run that was opened last.</summary>
    public ViewSink? Sink { get; private set; }

    public ISink CreateSink() => Sink = new ViewSink(name);
}

/// <summary>The content of a <see cref="MemoryView"/> during one run.</summary>
internal sealed class ViewSink(string name) : IVolatileSink
{
    private readonly RowMap _rows = new(sizeof(long));
    private RowCodec? _codec;
    private Schema? _schema;

    public string Name => $"view({name})";

    public IReadOnlyList<IStateStore> State => [_rows];

    public SinkBacklog Backlog => default;

    /// <summary>Ends of epochs that it saw.</summary>
    public List<string> Epochs { get; } = [];

    public IEnumerable<string> Rows()
    {
        for (var at = _rows.Next(0); at != 0; at = _rows.Next(at))
        {
            yield return $"{_codec!.Print(_rows.KeyOf(at))}: {_rows.Field<long>(at, 0)}";
        }
    }

    public Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        _schema = opening.Schema;
        _codec = new RowCodec(opening.Schema, opening.Key);
        return Task.FromResult<IReadOnlyDictionary<string, string>?>(null);
    }

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken)
    {
        if (kind == EpochKind.CompleteResult)
        {
            _rows.Clear();
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        using var keys = new EncodedRows();
        _codec!.Encode(batch, keys);
        keys.ComputeHashes();
        var references = new uint[batch.Count];
        _rows.FindOrAdd(keys, references);
        foreach (var ((row, weight), at) in Cells.FromBatch(batch).Zip(references))
        {
            _rows.Field<long>(at, 0) += weight * (long)row[1]!;
            _rows.Touch(at);
        }

        batch.Dispose();
        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        Assert.NotNull(_schema);
        Epochs.Add($"{((TestPosition)epoch.Position).Number}");
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
