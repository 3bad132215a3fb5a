using System.Diagnostics.CodeAnalysis;
using CdcLake.Columnar;
using CdcLake.Connectors;
using CdcLake.Dataflow;
using CdcLake.Planning.Binding;
using CdcLake.Planning.Logical;
using CdcLake.State.Stores;

namespace CdcLake.Views;

/// <summary>
/// Fills a view during one run: objects are made of the rows that an epoch touched, and the state that results is shown in one step. After a restart the view keeps what it
/// shows until the stream has reached that again: it never goes back.
/// </summary>
/// <param name="name">Name of the view as a sink.</param>
/// <param name="feed">Where states are shown.</param>
internal sealed class ViewSink<[DynamicallyAccessedMembers(RowMembers.Kept)] TKey, [DynamicallyAccessedMembers(RowMembers.Kept)] TRow>(string name, ViewFeed<TKey, TRow> feed) : IVolatileSink
{
    private readonly PersistentMap<ViewKey<TKey>, TRow>.Builder _content = new();
    private readonly List<ViewChange<TKey, TRow>> _changes = [];
    private KeyedRows _rows = null!; // from OpenAsync on, which comes first
    private ResultObjects<TRow> _rowOf = null!;
    private ResultObjects<TKey> _keyOfRow = null!;
    private ResultObjects<TKey> _keyOfGone = null!;
    private bool _isNew = true;
    private bool _isNoted;

    public string Name => name;

    public IReadOnlyList<IStateStore> State => [_rows.State];

    public SinkBacklog Backlog => default;

    public Task<IReadOnlyDictionary<string, string>?> OpenAsync(SinkOpening opening, CancellationToken cancellationToken)
    {
        _rows = new KeyedRows(name, opening.Schema, opening.Key);
        _rowOf = ResultObjects<TRow>.OfRows(opening.Schema);
        _keyOfRow = ResultObjects<TKey>.OfKeys(name, opening.Schema, opening.Key);
        _keyOfGone = ResultObjects<TKey>.OfKeys(name, _rows.KeySchema, [.. Enumerable.Range(0, opening.Key.Count)]);
        return Task.FromResult<IReadOnlyDictionary<string, string>?>(null);
    }

    public void AfterRestore()
    {
        _rows.State.AfterRestore();
        _rows.All(Apply);
    }

    public void Restored(SourcePosition position) => Show(position, null, isChanged: true);

    public ValueTask BeginEpochAsync(EpochKind kind, CancellationToken cancellationToken)
    {
        if (kind == EpochKind.CompleteResult)
        {
            _rows.Clear();
            _content.Clear();
            _isNew = true;
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ChangesAsync(ChangeBatch batch, CancellationToken cancellationToken)
    {
        using (batch)
        {
            _rows.Add(batch);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask EndEpochAsync(Epoch epoch, CancellationToken cancellationToken)
    {
        var isChanged = _rows.IsTouched || _isNew;
        _isNoted = feed.IsFollowed && !_isNew;
        _rows.EndEpoch(Apply);
        Show(epoch.Position, epoch.CommitTime, isChanged);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync()
    {
        _rows?.Dispose();
        return ValueTask.CompletedTask;
    }

    private void Show(SourcePosition position, DateTimeOffset? committedAt, bool isChanged)
    {
        if (feed.Position is { } shown && shown.Covers(position) && !shown.Equals(position))
        {
            return; // read again after a restart: the view shows a later state already
        }

        var snapshot = new ViewSnapshot<TKey, TRow>(_content.ToMap(), position.ToString(), committedAt);
        feed.Publish(snapshot, position, _isNoted || !isChanged ? [.. _changes] : null);
        _changes.Clear();
        _isNew = false;
    }

    private void Apply(ChangeBatch rows, ChangeBatch gone)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var key = new ViewKey<TKey>(_keyOfRow.Make(rows, i));
            var row = _rowOf.Make(rows, i);
            var existed = _content.TryGetValue(key, out var before);
            if (!existed || !EqualityComparer<TRow>.Default.Equals(before, row))
            {
                _content[key] = row;
                Note(existed ? ChangeKind.Updated : ChangeKind.Added, key, before, row);
            }
        }

        for (var i = 0; i < gone.Count; i++)
        {
            var key = new ViewKey<TKey>(_keyOfGone.Make(gone, i));
            if (_content.TryGetValue(key, out var before))
            {
                _content.Remove(key);
                Note(ChangeKind.Removed, key, before, default);
            }
        }
    }

    private void Note(ChangeKind kind, ViewKey<TKey> key, TRow? before, TRow? after)
    {
        if (_isNoted)
        {
            _changes.Add(new ViewChange<TKey, TRow>(kind, key.Value, before, after));
        }
    }
}
