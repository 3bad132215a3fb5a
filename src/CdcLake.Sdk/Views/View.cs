using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using System.Runtime.CompilerServices;
using CdcLake.Connectors;
using CdcLake.Planning.Logical;
using CdcLake.Views;

namespace CdcLake;

/// <summary>
/// The result of a stream as a table inside the application: indexed by key, always consistent, and never locked against its readers. Given to
/// <see cref="ChangeStream{T}.ToView{TKey}"/> of one pipeline; empty until that runs, and kept as it was while that stands still. Its content is part of the pipeline's
/// checkpoints, so that a restart has it at once. Thread-safe.
/// </summary>
/// <typeparam name="TKey">A type that holds the key column; an anonymous type or record of several.</typeparam>
/// <typeparam name="TRow">Row type of the stream.</typeparam>
public sealed class View<[DynamicallyAccessedMembers(RowMembers.Kept)] TKey, [DynamicallyAccessedMembers(RowMembers.Kept)] TRow> : IView
{
    /// <summary>Changed rows that are kept for slow readers unless said otherwise.</summary>
    private const int UsualFeedRows = 100_000;

    private readonly ViewFeed<TKey, TRow> _feed;
    private readonly Lazy<PropertyInfo[]> _columns = new(() => [.. RowMembers.Of(typeof(TRow)).Members.Select(m => typeof(TRow).GetProperty(m.Property)!)]);
    private Func<string, CancellationToken, Task>? _wait;
    private int _isTaken;

    /// <param name="name">Names the view in status, plans and checkpoints: letters, digits, <c>_ . -</c>.</param>
    /// <param name="feedRows">
    /// Changed rows that are kept for those who follow <see cref="ChangesAsync"/>; a reader that falls behind further gets the complete state. Default: 100,000.
    /// </param>
    /// <exception cref="ArgumentException">The name has other characters, or none.</exception>
    public View(string name, int feedRows = UsualFeedRows)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(feedRows);
        if (!name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-'))
        {
            throw new ArgumentException($"\"{name}\" cannot name a view. Use letters, digits, underscores, dots and hyphens.", nameof(name));
        }

        Name = $"view({name})";
        _feed = new ViewFeed<TKey, TRow>(feedRows);
    }

    /// <summary>Name of the sink, as in <see cref="SinkStatus.Name"/>: <c>view(sales_by_product)</c>.</summary>
    public string Name { get; }

    /// <summary>The newest state: take it once for several look-ups or a query that must see one state.</summary>
    public ViewSnapshot<TKey, TRow> Current => _feed.Current;

    /// <summary>Number of rows now.</summary>
    public int Count => Current.Count;

    internal ViewFeed<TKey, TRow> Feed => _feed;

    /// <summary>The row of a key now.</summary>
    /// <param name="key">Text is compared exactly, byte arrays by content.</param>
    /// <exception cref="KeyNotFoundException">The result has no row of this key.</exception>
    public TRow this[TKey key] => Current[key];

    /// <summary>Looks a row up in the newest state.</summary>
    /// <param name="key">Text is compared exactly, byte arrays by content.</param>
    /// <param name="row">The row, where there is one.</param>
    /// <returns>False when the result has no row of this key.</returns>
    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TRow row) => Current.TryGet(key, out row);

    /// <summary>
    /// Follows the view: first its complete state (at once, also when it is empty), then the changes of each epoch that has some. Every reader goes at its own pace and
    /// never slows the pipeline down: see <see cref="ViewChanges{TKey, TRow}.IsComplete"/> for one that is too slow.
    /// </summary>
    /// <param name="cancellationToken">The only end: a pipeline that stops may be started again.</param>
    public async IAsyncEnumerable<ViewChanges<TKey, TRow>> ChangesAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        _feed.Open();
        try
        {
            for (var at = -1L; ;)
            {
                (var changes, at) = await _feed.NextAsync(at, cancellationToken).ConfigureAwait(false);
                yield return changes;
            }
        }
        finally
        {
            _feed.Close();
        }
    }

    /// <summary>Waits until the view includes the given transactions, for example those that the application has just committed.</summary>
    /// <param name="gtid">A GTID or GTID set as MySQL prints it.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ArgumentException">Not a GTID set.</exception>
    /// <exception cref="InvalidOperationException">No pipeline was built with this view yet, or it ended before it got there.</exception>
    public Task WaitForGtidAsync(string gtid, CancellationToken cancellationToken = default) => _wait is { } wait
        ? wait(gtid, cancellationToken)
        : throw new InvalidOperationException($"No pipeline was built with {Name} yet. Give it to ToView, and build.");

    IReadOnlyList<string> IView.Columns => [.. _columns.Value.Select(c => c.Name)];

    IReadOnlyList<Type> IView.ColumnTypes => [.. _columns.Value.Select(c => c.PropertyType)];

    (string? Position, IEnumerable<IReadOnlyList<object?>> Rows) IView.Read()
    {
        var state = Current;
        var columns = _columns.Value;
        return (state.Position, state.Select(row => (IReadOnlyList<object?>)Array.ConvertAll(columns, c => c.GetValue(row))));
    }

    internal void Take()
    {
        if (Interlocked.Exchange(ref _isTaken, 1) != 0)
        {
            throw new InvalidOperationException($"{Name} is the sink of a stream already. One view shows one stream: make another View for this one.");
        }
    }

    internal ISinkTarget Target() => new ViewTarget<TKey, TRow>(Name, _feed, this, wait => _wait = wait);
}
