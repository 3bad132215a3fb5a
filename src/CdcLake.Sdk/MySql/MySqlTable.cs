using System.Diagnostics.CodeAnalysis;
using CdcLake.Planning.Logical;

namespace CdcLake;

/// <summary>A table of a <see cref="MySqlSource"/>: where a stream begins, or what one is joined with. Immutable.</summary>
/// <typeparam name="T">Row type, or <see cref="Row"/> when the columns come from MySQL.</typeparam>
public sealed class MySqlTable<[DynamicallyAccessedMembers(RowMembers.Kept)] T> : StreamSource<T>
{
    private readonly MySqlSource _source;

    internal MySqlTable(MySqlSource source, string name)
    {
        _source = source;
        Name = name;
    }

    /// <summary>Database and table: <c>appdb.sales</c>.</summary>
    public string Name { get; }

    /// <inheritdoc/>
    public override string ToString() => Name;

    internal override ChangeStream<T> AsStream() => ChangeStreams.FromTable<T>(_source, Name);
}
