namespace CdcLake.Expressions;

/// <summary>What a join does with rows that have no partner.</summary>
internal enum JoinKind : byte
{
    /// <summary>Drops them.</summary>
    Inner,

    /// <summary>Keeps those of the left, with nulls for the right.</summary>
    Left,

    /// <summary>Keeps those of the right, with nulls for the left.</summary>
    Right,

    /// <summary>Keeps those of both sides.</summary>
    Full,

    /// <summary>Rows of the left that have a partner, each as often as it is there; nothing of the right.</summary>
    Semi,

    /// <summary>Rows of the left that have no partner; nothing of the right.</summary>
    Anti,
}

/// <summary>What follows from the kind of a join.</summary>
internal static class JoinKinds
{
    /// <summary>True where the result has the left side's columns only.</summary>
    public static bool IsTest(this JoinKind kind) => kind is JoinKind.Semi or JoinKind.Anti;

    /// <summary>True where a side's columns are null in rows that have no partner there. Side 0 is the left.</summary>
    public static bool MayMiss(this JoinKind kind, int side) => kind == JoinKind.Full || kind == (side == 0 ? JoinKind.Right : JoinKind.Left);

    /// <summary>True where rows of a side are in the result without a partner. Side 0 is the left.</summary>
    public static bool Keeps(this JoinKind kind, int side) => kind.MayMiss(1 - side) || (kind == JoinKind.Anti && side == 0);

    /// <summary>Name in plans.</summary>
    public static string Word(this JoinKind kind) => kind switch
    {
        JoinKind.Inner => "join",
        JoinKind.Left => "left-join",
        JoinKind.Right => "right-join",
        JoinKind.Full => "full-join",
        JoinKind.Semi => "exists",
        _ => "not-exists",
    };
}
