"""What becomes of the data when the stack goes."""

from aws_cdk import RemovalPolicy

from infra.stage import Stage


def outlives_its_stack(stage: Stage) -> RemovalPolicy:
    """The removal policy of what cannot be made anew: it stays where the stage is protected.

    Nothing stays of a first deployment that fails, so that the next one finds the names free; but
    the database, which is protected from its first moment, has to be unlocked by hand
    (docs/deploy.md, "A first deployment that failed").
    """
    return RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if stage.protected else RemovalPolicy.DESTROY
