using CdcLake.Expressions.Translation;

namespace CdcLake.Planning.Streams;

/// <summary>One operator as the user called it, lambdas untranslated. Immutable; a node with two consumers is a fan-out.</summary>
internal abstract class StreamNode;

/// <summary>A table; <paramref name="members"/> is null for an untyped one.</summary>
internal sealed class TableStream(object source, string table, RowMembers? members) : StreamNode
{
    public object Source { get; } = source;

    public string Table { get; } = table;

    public RowMembers? Members { get; } = members;
}

internal sealed class WhereStream(StreamNode input, UserLambda condition) : StreamNode
{
    public StreamNode Input { get; } = input;

    public UserLambda Condition { get; } = condition;
}

internal sealed class SelectStream(StreamNode input, UserLambda selector) : StreamNode
{
    public StreamNode Input { get; } = input;

    public UserLambda Selector { get; } = selector;
}

internal sealed class JoinStream(StreamNode left, StreamNode right, UserLambda leftKey, UserLambda rightKey, UserLambda result) : StreamNode
{
    public StreamNode Left { get; } = left;

    public StreamNode Right { get; } = right;

    public UserLambda LeftKey { get; } = leftKey;

    public UserLambda RightKey { get; } = rightKey;

    public UserLambda Result { get; } = result;
}

/// <summary>An aggregation; no key means one group. <paramref name="group"/> is the type of the result lambda's parameter.</summary>
internal sealed class AggregateStream(StreamNode input, Type group, UserLambda? key, UserLambda result) : StreamNode
{
    public StreamNode Input { get; } = input;

    public Type Group { get; } = group;

    public UserLambda? Key { get; } = key;

    public UserLambda Result { get; } = result;
}
