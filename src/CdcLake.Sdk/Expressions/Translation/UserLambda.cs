using System.Linq.Expressions;

namespace CdcLake.Expressions.Translation;

/// <summary>A lambda of the user as an expression tree; translated when the operator is called, never compiled.</summary>
internal sealed class UserLambda
{
    private readonly LambdaExpression _lambda;

    public UserLambda(LambdaExpression lambda)
    {
        ArgumentNullException.ThrowIfNull(lambda);
        _lambda = lambda;
    }

    /// <summary>Type of the lambda's result.</summary>
    public Type ReturnType => _lambda.ReturnType;

    /// <summary>As it was written.</summary>
    public LambdaExpression Written => _lambda;

    /// <param name="inputs">What the parameters stand for, in order.</param>
    /// <exception cref="UnsupportedExpressionException">A construct is outside the documented subset.</exception>
    public Shape Translate(params ReadOnlySpan<Shape> inputs)
    {
        var translator = new LambdaTranslator();
        for (var i = 0; i < inputs.Length; i++)
        {
            translator.Bind(_lambda.Parameters[i], inputs[i]);
        }

        return translator.Translate(_lambda.Body);
    }

    public override string ToString() => Unsupported.Print(_lambda);
}
