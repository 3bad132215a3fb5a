using CdcLake.Expressions;

namespace CdcLake.Planning.Binding;

/// <summary>Which columns cannot be null in rows that a condition keeps.</summary>
internal static class NullRejection
{
    /// <summary>Adds the ordinals of columns whose null would make the condition false or unknown.</summary>
    public static void Collect(BoundExpr condition, HashSet<int> ordinals)
    {
        if (condition is not BoundCall call)
        {
            AddColumn(condition, ordinals);
            return;
        }

        switch (call.Op)
        {
            case ScalarOp.And:
                Collect(call.Arguments[0], ordinals);
                Collect(call.Arguments[1], ordinals);
                break;
            case ScalarOp.Not when call.Arguments[0] is BoundCall { Op: ScalarOp.IsNull } test:
                AddColumn(test.Arguments[0], ordinals);
                break;
            case ScalarOp.IsNotNull or ScalarOp.Not or ScalarOp.StartsWith or ScalarOp.EndsWith or ScalarOp.Contains
                or (>= ScalarOp.Equal and <= ScalarOp.GreaterOrEqual):
                foreach (var argument in call.Arguments)
                {
                    AddColumn(argument, ordinals);
                }

                break;
        }
    }

    private static void AddColumn(BoundExpr value, HashSet<int> ordinals)
    {
        while (value is BoundCall { Op: ScalarOp.Cast or ScalarOp.Binary } or BoundLabel)
        {
            value = value is BoundLabel label ? label.Value : ((BoundCall)value).Arguments[0];
        }

        if (value is BoundColumn column)
        {
            ordinals.Add(column.Ordinal);
        }
    }
}
